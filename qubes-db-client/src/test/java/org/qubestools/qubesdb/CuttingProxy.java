package org.qubestools.qubesdb;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/**
 * An embedded daemon of the domain "work" that can be killed at any byte that goes in or out, over all connections: then
 * the connections and the socket are gone at once, as those of a process that was killed, and its keys as well.
 */
final class CuttingProxy implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;

    private final Path folder;
    private final Path inner;
    private final Path socket;
    private final List<SocketChannel> channels = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private ServerSocketChannel server;
    private QubesDbDaemon daemon;
    private long bytesLeft = NEVER;
    private boolean running;

    CuttingProxy(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.inner = Files.createDirectories(folder.resolve("inner"));
        this.socket = folder.resolve("qubesdb.work.sock");
        start(NEVER);
    }

    QubesDbOptions options() {
        return QubesDbOptions.of(new QubesDbSockets(folder));
    }

    /** A client that is not cut, with its bytes not counted. */
    QubesDbClient directClient() {
        return QubesDbClient.of("work", QubesDbOptions.of(new QubesDbSockets(inner)));
    }

    /** Starts an empty daemon, to be killed after so many bytes; 0: as soon as somebody connects. */
    synchronized void start(long bytes) throws IOException, InterruptedException {
        if (daemon != null) {
            daemon.close();
        }
        daemon = QubesDbDaemon.start(inner, "work", DaemonOptions.DEFAULT);
        bytesLeft = bytes;
        running = true;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        ServerSocketChannel accepting = server;
        threads.add(Background.start("test-proxy", () -> acceptAll(accepting)));
    }

    void startForGood() throws IOException, InterruptedException {
        start(NEVER);
    }

    synchronized boolean isKilled() {
        return !running;
    }

    synchronized long bytesLeft() {
        return bytesLeft;
    }

    synchronized void kill() throws IOException {
        running = false;
        server.close();
        Files.deleteIfExists(socket);
        for (SocketChannel channel : channels) {
            channel.close();
        }
        channels.clear();
    }

    private void acceptAll(ServerSocketChannel accepting) {
        try {
            while (true) {
                SocketChannel client = accepting.accept();
                connect(client);
            }
        } catch (IOException e) {
            // Killed.
        }
    }

    private synchronized void connect(SocketChannel client) throws IOException {
        channels.add(client);
        if (bytesLeft == 0 || !running) {
            kill();
            return;
        }
        SocketChannel toDaemon = SocketChannel.open(UnixDomainSocketAddress.of(inner.resolve("qubesdb.work.sock")));
        channels.add(toDaemon);
        threads.add(Background.start("test-proxy-in", () -> copy(client, toDaemon)));
        threads.add(Background.start("test-proxy-out", () -> copy(toDaemon, client)));
    }

    private void copy(SocketChannel source, SocketChannel target) {
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        try {
            while (source.read(buffer) >= 0) {
                send(buffer.flip(), target);
                buffer.clear();
            }
            target.close();
        } catch (IOException e) {
            // Killed, or the client has gone.
        }
    }

    private synchronized void send(ByteBuffer bytes, SocketChannel target) throws IOException {
        if (bytes.remaining() >= bytesLeft) {
            bytes.limit((int) bytesLeft);
        }
        bytesLeft -= bytes.remaining();
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
        if (bytesLeft == 0) {
            kill();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        List<Thread> all;
        synchronized (this) {
            kill();
            daemon.close();
            all = List.copyOf(threads);
        }
        for (Thread thread : all) {
            thread.join();
        }
    }
}
