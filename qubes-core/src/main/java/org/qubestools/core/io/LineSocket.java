package org.qubestools.core.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * Requests and answers of one line each over a Unix socket of a daemon of the host; no wait is longer than its limit. Not
 * for several threads. No other program inherits the socket.
 */
public final class LineSocket implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;

    private LineSocket(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    /** Connects; an IOException if nobody listens, or we may not. */
    public static LineSocket connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            channel.configureBlocking(false);
            return new LineSocket(channel, Selector.open());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Sends a line and waits for the answer.
     *
     * @param line without its newline
     * @param most bytes of the answer
     * @param complete whether the answer so far is all of it; whatever it says, the end of the stream ends an answer
     * @return what came, which is untrusted; "" if the other side hung up
     * @throws SocketTimeoutException if it does not come in time
     * @throws IOException also if it is longer
     * @throws QubesException CANCELLED on interruption
     */
    public String ask(String line, int most, Predicate<String> complete, Duration limit) throws IOException {
        long end = WaitTime.SYSTEM.millis() + limit.toMillis();
        ByteBuffer out = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                await(SelectionKey.OP_WRITE, end);
            }
        }
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.allocate(4096);
        while (true) {
            int count = channel.read(in);
            in.flip();
            got.write(in.array(), 0, in.limit());
            in.clear();
            String answer = got.toString(StandardCharsets.UTF_8);
            if (got.size() > most) {
                throw new IOException("it answered more than " + most + " bytes");
            }
            if (count < 0 || complete.test(answer)) {
                return answer;
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, end);
            }
        }
    }

    private void await(int operation, long end) throws IOException {
        long left = end - WaitTime.SYSTEM.millis();
        if (left <= 0) {
            throw new SocketTimeoutException("it did not answer in time");
        }
        channel.register(selector, operation);
        selector.select(left);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while a daemon was asked");
        }
    }

    /** Closing twice is fine. */
    @Override
    public void close() {
        try (channel;
                selector) {
            // Nothing more is said.
        } catch (IOException e) {
            // It is gone all the same.
        }
    }
}
