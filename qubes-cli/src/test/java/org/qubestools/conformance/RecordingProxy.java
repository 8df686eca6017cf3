package org.qubestools.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qubestools.qubesdb.Deadline;
import org.qubestools.qubesdb.MessageCodec;

/** Stands between clients and a daemon, hands all bytes on and keeps what the clients sent. */
final class RecordingProxy implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final ServerSocketChannel door;
    private final Path daemon;
    private final List<DbSeen> sent = new ArrayList<>();
    private int connections;
    private long moved;

    private RecordingProxy(ServerSocketChannel door, Path daemon) {
        this.door = door;
        this.daemon = daemon;
    }

    /** Listens there for the daemon here. */
    static RecordingProxy start(Path socket, Path daemon) throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(socket));
        RecordingProxy proxy = new RecordingProxy(door, daemon);
        background(proxy::acceptAll);
        return proxy;
    }

    private static void background(Runnable work) {
        Thread thread = new Thread(work, "recording-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel client = door.accept();
                SocketChannel server = SocketChannel.open(UnixDomainSocketAddress.of(daemon));
                synchronized (this) {
                    connections++;
                    notifyAll();
                }
                background(() -> pump(client, server, true));
                background(() -> pump(server, client, false));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pump(SocketChannel from, SocketChannel to, boolean asks) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        ByteArrayOutputStream unread = new ByteArrayOutputStream();
        try (from;
                to) {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                if (asks) {
                    unread.write(buffer.array(), 0, buffer.limit());
                }
                keep(unread, buffer.limit());
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // One of the two is gone, and with it the other.
        }
    }

    /** Before it is handed on: who sees an answer finds the request here. */
    private synchronized void keep(ByteArrayOutputStream unread, int length) {
        moved += length;
        ByteBuffer bytes = ByteBuffer.wrap(unread.toByteArray());
        while (bytes.remaining() >= MessageCodec.HEADER_LENGTH) {
            MessageCodec.Header header = MessageCodec.header(bytes.duplicate());
            int end = bytes.position() + MessageCodec.HEADER_LENGTH + (int) header.dataLength();
            if (bytes.limit() < end) {
                break;
            }
            byte[] data = Arrays.copyOfRange(bytes.array(), bytes.position() + MessageCodec.HEADER_LENGTH, end);
            sent.add(DbSeen.message(header.type(), header.path(), HexFormat.of().formatHex(data)));
            bytes.position(end);
        }
        unread.reset();
        unread.write(bytes.array(), bytes.position(), bytes.remaining());
        notifyAll();
    }

    /** What clients have sent so far. */
    synchronized List<DbSeen> sent() {
        return List.copyOf(sent);
    }

    synchronized int connections() {
        return connections;
    }

    /** Waits for the first connection: a tool that asks for nothing may be gone before it is accepted here. */
    synchronized void awaitConnection(long limitMillis) throws InterruptedException {
        Deadline end = Deadline.in(TimeUnit.MILLISECONDS.toNanos(limitMillis));
        while (connections == 0 && !end.isReached()) {
            wait(Math.max(1, end.millisLeft()));
        }
    }

    /** Waits until so much was sent, and then until no byte has moved for a while; false if that takes too long. */
    synchronized boolean awaitQuiet(int messages, long quietMillis, long limitMillis) throws InterruptedException {
        Deadline end = Deadline.in(TimeUnit.MILLISECONDS.toNanos(limitMillis));
        while (!end.isReached()) {
            long before = moved;
            wait(Math.max(1, Math.min(quietMillis, end.millisLeft())));
            Deadline pause = Deadline.in(TimeUnit.MILLISECONDS.toNanos(quietMillis));
            while (moved == before && sent.size() >= messages && !pause.isReached()) {
                wait(Math.max(1, pause.millisLeft()));
            }
            if (moved == before && sent.size() >= messages) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
