package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.qubesdb.Deadline;
import org.qubestools.qubesdb.MessageType;

/** A client that sends bytes and reads frames. It waits, but not for ever. */
final class RawClient implements AutoCloseable {
    private static final long LIMIT = Duration.ofSeconds(60).toNanos();

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer input = ByteBuffer.allocate(1 << 16).flip();
    /** What {@link #sendUntilFull} has begun and not sent. */
    private ByteBuffer rest = ByteBuffer.allocate(0);

    private RawClient(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.selector = Selector.open();
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    static RawClient connect(Path socket) throws IOException {
        return new RawClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    }

    static RawClient of(SocketChannel connected) throws IOException {
        return new RawClient(connected);
    }

    private void await(int operation) throws IOException {
        Deadline deadline = Deadline.in(LIMIT);
        key.interestOps(operation);
        while (selector.select(Math.max(1, deadline.millisLeft())) == 0) {
            if (deadline.isReached()) {
                throw new AssertionError("nothing came, or nothing was taken, for a long time");
            }
        }
        selector.selectedKeys().clear();
    }

    void send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (channel.write(buffer) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    void send(Frame... frames) throws IOException {
        for (Frame frame : frames) {
            send(frame.bytes());
        }
    }

    /** Sends the same until no more is taken at once; how many times it was begun. */
    int sendUntilFull(Frame frame, int most) throws IOException {
        int times = 0;
        ByteBuffer buffer = ByteBuffer.allocate(0);
        while (times < most) {
            buffer = ByteBuffer.wrap(frame.bytes());
            if (channel.write(buffer) == 0) {
                return times;
            }
            times++;
            if (buffer.hasRemaining()) {
                break;
            }
        }
        rest = buffer;
        return times;
    }

    /** True if the rest of what {@link #sendUntilFull} began is sent. */
    boolean sendRest() throws IOException {
        channel.write(rest);
        return !rest.hasRemaining();
    }

    private byte[] read(int length) throws IOException {
        byte[] bytes = new byte[length];
        int got = 0;
        while (got < length) {
            if (!input.hasRemaining() && !fill()) {
                throw new EOFException("end of stream behind " + got + " bytes");
            }
            int next = Math.min(length - got, input.remaining());
            input.get(bytes, got, next);
            got += next;
        }
        return bytes;
    }

    /** False at the end of the stream, for which a reset counts. */
    private boolean fill() throws IOException {
        input.clear();
        try {
            int got = channel.read(input);
            while (got == 0) {
                await(SelectionKey.OP_READ);
                got = channel.read(input);
            }
            return got > 0;
        } catch (SocketException e) {
            return false;
        } finally {
            input.flip();
        }
    }

    /** The next frame, which is checked for garbage. */
    Frame receive() throws IOException {
        byte[] bytes = read(Frame.HEADER);
        int end = 1;
        while (bytes[end] != 0) {
            end++;
            assertThat(end).as("path has a NUL").isLessThan(65);
        }
        for (int i = end; i < 68; i++) {
            assertThat(bytes[i]).as("byte %d behind the path", i).isZero();
        }
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(68);
        assertThat(length).isBetween(0, 3071);
        String data = new String(read(length), StandardCharsets.ISO_8859_1);
        return new Frame(bytes[0], new String(bytes, 1, end - 1, StandardCharsets.ISO_8859_1), data);
    }

    List<Frame> receive(int count) throws IOException {
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frames.add(receive());
        }
        return frames;
    }

    Frame ask(Frame request) throws IOException {
        send(request);
        return receive();
    }

    /** Entries of a list and its end mark. */
    List<Frame> askList(Frame request) throws IOException {
        send(request);
        List<Frame> frames = new ArrayList<>();
        do {
            frames.add(receive());
        } while (!frames.get(frames.size() - 1).path().isEmpty());
        return frames;
    }

    /** Frames up to the end of the stream, which is between two, or a reset. */
    List<Frame> receiveToEnd() throws IOException {
        List<Frame> frames = new ArrayList<>();
        while (!isAtEnd()) {
            frames.add(receive());
        }
        return frames;
    }

    private boolean isAtEnd() throws IOException {
        return !input.hasRemaining() && !fill();
    }

    void expect(Frame... frames) throws IOException {
        assertThat(receive(frames.length)).containsExactly(frames);
    }

    /** Nothing but the end of the stream, or a reset, comes. */
    void expectEnd() throws IOException {
        assertThat(receiveToEnd()).isEmpty();
    }

    /** Whether there is something to be received now. */
    boolean hasReceived() throws IOException {
        key.interestOps(SelectionKey.OP_READ);
        boolean ready = input.hasRemaining() || selector.selectNow() > 0;
        selector.selectedKeys().clear();
        return ready;
    }

    /** The connection is in order, and nothing has come that was not asked for. */
    void expectAlive() throws IOException {
        Frame probe = Frame.of(MessageType.UNWATCH, "/never/watched");
        assertThat(ask(probe)).isEqualTo(Frame.noent("/never/watched"));
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
