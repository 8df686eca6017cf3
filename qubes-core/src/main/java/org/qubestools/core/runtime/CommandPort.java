package org.qubestools.core.runtime;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.io.WaitTime;

/** A connection to the guest's end of one of its command ports; one thread reads, any may write. */
final class CommandPort implements AutoCloseable {
    private static final int BUFFER = 65_536;

    private final SocketChannel channel;
    private final PortLock lock;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER);

    private CommandPort(SocketChannel channel, PortLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Connects to the first port that nobody uses.
     *
     * @throws IOException if there is none, or nobody listens there
     */
    static CommandPort connect(List<Path> sockets) throws IOException {
        boolean busy = false;
        for (Path socket : sockets) {
            if (!Files.exists(socket)) {
                continue;
            }
            Optional<PortLock> lock = PortLock.take(socket);
            if (lock.isPresent()) {
                return connect(socket, lock.get());
            }
            busy = true;
        }
        throw new IOException(busy ? "all command ports of the VM are in use" : "the VM has no command port");
    }

    private static CommandPort connect(Path socket, PortLock lock) throws IOException {
        SocketChannel channel = null;
        boolean connected = false;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            connected = channel.connect(UnixDomainSocketAddress.of(socket));
            return new CommandPort(channel, lock);
        } finally {
            if (!connected) {
                if (channel != null) {
                    channel.close();
                }
                lock.close();
            }
        }
    }

    /** Waits until the guest answers. */
    void greet(WaitTime time, Duration patience) throws IOException {
        PortGreeting.exchange(channel, in, time, patience);
    }

    /** The next message's header; its data, if it has any, must be taken before the next. */
    AgentHeader header() throws IOException {
        StringBuilder line = new StringBuilder(AgentHeader.MAX_LINE);
        while (true) {
            fill();
            char untrusted = (char) (in.get() & 0xff);
            if (untrusted == '\n') {
                return AgentHeader.parse(line.toString());
            }
            if (line.length() == AgentHeader.MAX_LINE) {
                throw AgentHeader.broken();
            }
            line.append(untrusted);
        }
    }

    /** So many bytes of data; the caller has checked the number. */
    byte[] data(int length) throws IOException {
        byte[] untrustedData = new byte[length];
        int count = 0;
        while (count < length) {
            fill();
            int part = Math.min(in.remaining(), length - count);
            in.get(untrustedData, count, part);
            count += part;
        }
        return untrustedData;
    }

    private void fill() throws IOException {
        if (in.hasRemaining()) {
            return;
        }
        in.clear();
        int count = channel.read(in);
        in.flip();
        if (count < 0) {
            throw new EOFException("the VM has gone");
        }
    }

    /** Sends a message without data. */
    void send(char kind) throws IOException {
        write(ByteBuffer.wrap(new byte[] {(byte) kind, '\n'}));
    }

    /** Sends a message with data. */
    void send(char kind, byte[] data, int length) throws IOException {
        byte[] header = (kind + " " + length + "\n").getBytes(StandardCharsets.US_ASCII);
        write(ByteBuffer.allocate(header.length + length)
                .put(header)
                .put(data, 0, length)
                .flip());
    }

    /** All of it, with no other message between. */
    private void write(ByteBuffer message) throws IOException {
        synchronized (lock) {
            while (message.hasRemaining()) {
                channel.write(message);
            }
        }
    }

    /** Ends the connection, from any thread; what the guest still runs for it ends too. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            lock.close();
        }
    }
}
