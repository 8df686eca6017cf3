package org.qubestools.conformance;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qubestools.qubesdb.Deadline;
import org.qubestools.qubesdb.Message;
import org.qubestools.qubesdb.MessageCodec;

/** A connection that sends any bytes and splits what comes into messages, without judging them. */
final class DbPeer implements AutoCloseable {
    private static final int BUFFER = 1 << 20;
    private static final long SEND_LIMIT_MILLIS = 10_000;
    /** Between pieces of a message, so that they arrive as pieces. */
    private static final long PAUSE_MILLIS = 5;

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer input = ByteBuffer.allocate(BUFFER);
    private boolean ended;

    private DbPeer(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    static DbPeer connect(Path socket) throws IOException {
        return over(open(socket));
    }

    private static SocketChannel open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    /** Takes a channel over. */
    static DbPeer over(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        Selector selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
        return new DbPeer(channel, selector);
    }

    /** False if the other side is gone. */
    boolean send(List<byte[]> pieces) throws IOException {
        for (int i = 0; i < pieces.size(); i++) {
            if (i > 0) {
                select(SelectionKey.OP_CONNECT, PAUSE_MILLIS); // never ready: a pause
            }
            if (!send(ByteBuffer.wrap(pieces.get(i)))) {
                return false;
            }
        }
        return true;
    }

    boolean send(Message message) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MessageCodec.length(message));
        MessageCodec.put(message, bytes);
        return send(bytes.flip());
    }

    private boolean send(ByteBuffer bytes) throws IOException {
        Deadline end = Deadline.in(TimeUnit.MILLISECONDS.toNanos(SEND_LIMIT_MILLIS));
        try {
            while (bytes.hasRemaining() && !end.isReached()) {
                if (channel.write(bytes) == 0) {
                    select(SelectionKey.OP_WRITE, end.millisLeft());
                }
            }
            return !bytes.hasRemaining();
        } catch (IOException e) {
            return false; // the other side is gone: what it said before is still to be read
        }
    }

    private void select(int operation, long millis) throws IOException {
        if (operation == SelectionKey.OP_CONNECT) {
            channel.keyFor(selector).interestOps(0);
        } else {
            channel.keyFor(selector).interestOps(operation);
        }
        selector.select(Math.max(1, millis));
        selector.selectedKeys().clear();
    }

    /** What comes within so long; a message that is not all there is nothing, or the end. */
    DbSeen next(long millis) throws IOException {
        Deadline end = Deadline.in(TimeUnit.MILLISECONDS.toNanos(millis));
        while (true) {
            DbSeen message = complete();
            if (message != null) {
                return message;
            }
            if (ended) {
                return DbSeen.END;
            }
            if (!receive() && !ended) {
                if (end.isReached()) {
                    return DbSeen.NOTHING;
                }
                select(SelectionKey.OP_READ, end.millisLeft());
            }
        }
    }

    private boolean receive() {
        try {
            int got = channel.read(input);
            ended = got < 0;
            return got > 0;
        } catch (IOException e) {
            ended = true; // a reset is an end
            return false;
        }
    }

    private DbSeen complete() {
        input.flip();
        try {
            if (input.remaining() < MessageCodec.HEADER_LENGTH) {
                return null;
            }
            MessageCodec.Header header = MessageCodec.header(input.duplicate());
            long length = MessageCodec.HEADER_LENGTH + header.dataLength();
            if (input.remaining() < length) {
                return null;
            }
            byte[] message = new byte[(int) length];
            input.get(message);
            byte[] data = Arrays.copyOfRange(message, MessageCodec.HEADER_LENGTH, message.length);
            return DbSeen.message(header.type(), header.path(), HexFormat.of().formatHex(data));
        } finally {
            input.compact();
        }
    }

    void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
