package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;

/** The two directions of a stream: of a socket, or of two pipes. */
final class PeerChannel {
    private final ReadableByteChannel source;
    private final WritableByteChannel sink;
    private final SelectionKey sourceKey;
    private final SelectionKey sinkKey;

    private PeerChannel(
            ReadableByteChannel source, SelectionKey sourceKey, WritableByteChannel sink, SelectionKey sinkKey) {
        this.source = source;
        this.sourceKey = sourceKey;
        this.sink = sink;
        this.sinkKey = sinkKey;
    }

    static PeerChannel of(SocketChannel socket, Loop loop, Loop.Handler handler) throws IOException {
        SelectionKey key = loop.register(socket, SelectionKey.OP_READ, handler);
        return new PeerChannel(socket, key, socket, key);
    }

    static PeerChannel of(Pipe.SourceChannel source, Pipe.SinkChannel sink, Loop loop, Loop.Handler handler)
            throws IOException {
        SelectionKey sourceKey = loop.register(source, SelectionKey.OP_READ, handler);
        return new PeerChannel(source, sourceKey, sink, loop.register(sink, 0, handler));
    }

    ReadableByteChannel source() {
        return source;
    }

    WritableByteChannel sink() {
        return sink;
    }

    /** What to wait for. */
    void interest(boolean reading, boolean writing) {
        int read = reading ? SelectionKey.OP_READ : 0;
        int write = writing ? SelectionKey.OP_WRITE : 0;
        if (sourceKey.equals(sinkKey)) {
            change(sourceKey, read | write);
        } else {
            change(sourceKey, read);
            change(sinkKey, write);
        }
    }

    /** What stays as it is costs nothing: this is done with every request. */
    private static void change(SelectionKey key, int operations) {
        if (key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    boolean isReadable() {
        return sourceKey.isReadable();
    }

    void close() {
        closeQuietly(source);
        closeQuietly(sink);
    }

    private static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // There is nobody to tell.
        }
    }
}
