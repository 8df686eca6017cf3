package org.qubestools.qubesdb.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.qubestools.qubesdb.Message;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;

/** The plainest client: one thread, one request, one answer, a socket that blocks. */
final class PlainClient implements AutoCloseable {
    private static final int ROOM = MessageCodec.HEADER_LENGTH + MessageCodec.MAX_SENT;

    private final SocketChannel channel;
    private final ByteBuffer output = ByteBuffer.allocateDirect(ROOM);
    private final ByteBuffer input = ByteBuffer.allocateDirect(ROOM);

    PlainClient(Path socket) throws IOException {
        this.channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    /** Sends a read; the length of the value it gets. */
    int read(String key) throws IOException {
        output.clear();
        MessageCodec.put(Message.of(MessageType.READ, key), output);
        channel.write(output.flip());
        input.clear();
        fill(MessageCodec.HEADER_LENGTH);
        MessageCodec.Header header = MessageCodec.header(input.duplicate().flip());
        if (header.type() != MessageType.READ_REPLY.number() || !header.path().equals(key)) {
            throw new IOException("no value of " + key + " but " + header);
        }
        fill(MessageCodec.HEADER_LENGTH + (int) header.dataLength());
        return (int) header.dataLength();
    }

    private void fill(int length) throws IOException {
        while (input.position() < length) {
            if (channel.read(input) < 0) {
                throw new EOFException();
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
