package org.qubestools.core.runtime;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Stands for QEMU and what is behind the socket of a command port: one caller at a time, the next has to wait. */
public final class PortListener implements AutoCloseable {
    private final ServerSocketChannel door;
    private final Path socket;
    private final Thread server;

    /** The guest's side of one connection, which is closed behind it. */
    public interface Guest {
        void serve(SocketChannel host) throws IOException;
    }

    private PortListener(ServerSocketChannel door, Path socket, Guest guest) {
        this.door = door;
        this.socket = socket;
        this.server = thread(() -> serve(guest));
    }

    /** Listens from now on. */
    public static PortListener open(Path socket, Guest guest) {
        try {
            ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            door.bind(UnixDomainSocketAddress.of(socket));
            return new PortListener(door, socket, guest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path socket() {
        return socket;
    }

    private void serve(Guest guest) {
        while (door.isOpen()) {
            try (SocketChannel host = door.accept()) {
                guest.serve(host);
            } catch (IOException e) {
                // The host has hung up, or the test is over.
            }
        }
    }

    static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "guest");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** A guest that runs the agent, which finds its services in that directory. */
    public static Guest agent(Path agent, Path services) {
        return host -> {
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", agent.toString(), "-");
            builder.environment().putAll(Map.of("QUBES_RPC_DIR", services.toString(), "TMPDIR", services.toString()));
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            Thread input = thread(() -> copyTo(host, process.getOutputStream()));
            copyFrom(process.getInputStream(), host);
            host.close();
            try {
                input.join();
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private static void copyTo(SocketChannel host, OutputStream agent) {
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        try (agent) {
            while (host.read(buffer.clear()) >= 0) {
                agent.write(buffer.array(), 0, buffer.position());
                agent.flush();
            }
        } catch (IOException e) {
            // One of the two has gone: so is the conversation.
        }
    }

    private static void copyFrom(InputStream agent, SocketChannel host) {
        byte[] buffer = new byte[65_536];
        try {
            for (int count = agent.read(buffer); count >= 0; count = agent.read(buffer)) {
                send(host, buffer, count);
            }
        } catch (IOException e) {
            try {
                agent.transferTo(OutputStream.nullOutputStream()); // as QEMU does when nobody is connected
            } catch (IOException ignored) {
                // It has gone.
            }
        }
    }

    static void send(SocketChannel host, byte[] data, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(data, 0, length);
        while (rest.hasRemaining()) {
            host.write(rest);
        }
    }

    static void send(SocketChannel host, String text) throws IOException {
        send(host, text.getBytes(StandardCharsets.ISO_8859_1), text.length());
    }

    /** The next line that the host sends, without its end. */
    static String line(SocketChannel host) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        StringBuilder line = new StringBuilder();
        while (true) {
            if (host.read(one.clear()) < 0) {
                throw new EOFException();
            }
            if (one.get(0) == '\n') {
                return line.toString();
            }
            line.append((char) one.get(0));
        }
    }

    /** Takes so many bytes that the host sends. */
    static void skip(SocketChannel host, int count) throws IOException {
        ByteBuffer skipped = ByteBuffer.allocate(count);
        while (skipped.hasRemaining()) {
            if (host.read(skipped) < 0) {
                throw new EOFException();
            }
        }
    }

    /** Waits for the host's greeting; its number. */
    static String greeting(SocketChannel host) throws IOException {
        String line = line(host);
        while (!line.startsWith("H ")) {
            line = line(host);
        }
        return line.substring(2);
    }

    /** Waits until the host has sent a command. */
    static void command(SocketChannel host) throws IOException {
        String line = line(host);
        ByteBuffer command = ByteBuffer.allocate(Integer.parseInt(line.substring(2)));
        while (command.hasRemaining() && host.read(command) >= 0) {
            // more of it
        }
    }

    /** Returns when the guest has ended. */
    @Override
    public void close() {
        try {
            door.close();
            server.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
