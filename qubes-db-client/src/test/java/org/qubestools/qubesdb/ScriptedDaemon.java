package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A daemon of the domain "work" that does what the test says, down to the byte. The first connection plays the first
 * script and so on, the last script is for all that follow; a script that is over hangs up.
 */
final class ScriptedDaemon implements AutoCloseable {
    private final Path folder;
    private final Path socket;
    private final ServerSocketChannel server;
    private final List<Script> scripts;
    private final List<Peer> peers = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** What one connection does. */
    interface Script {
        void play(Peer peer) throws IOException, InterruptedException;
    }

    ScriptedDaemon(Path folder, Script... scripts) throws IOException {
        this.folder = folder;
        this.socket = folder.resolve("qubesdb.work.sock");
        this.scripts = List.of(scripts);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        threads.add(Background.start("test-daemon", this::acceptAll));
    }

    private void acceptAll() {
        try {
            while (true) {
                Peer peer = new Peer(server.accept());
                Script script = scripts.get(Math.min(peers.size(), scripts.size() - 1));
                peers.add(peer);
                threads.add(Background.start("test-daemon-peer", () -> play(script, peer)));
            }
        } catch (IOException e) {
            // Closed: the end.
        }
    }

    @SuppressWarnings("IllegalCatch") // the border of a thread
    private void play(Script script, Peer peer) {
        try (SocketChannel closing = peer.channel) {
            script.play(peer);
        } catch (IOException | InterruptedException e) {
            // The client broke the connection off, or the test is over.
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }

    QubesDbOptions options() {
        return QubesDbOptions.of(new QubesDbSockets(folder));
    }

    /** A client of this daemon that never repeats a command. */
    QubesDbClient strictClient() {
        return client(options().repeating(false, false));
    }

    QubesDbClient client(QubesDbOptions options) {
        return QubesDbClient.of("work", options);
    }

    /** So many connections were there. */
    int connections() {
        return peers.size();
    }

    /** All whole requests of all connections, as {@code READ /key}. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        server.close();
        for (Peer peer : peers) {
            peer.channel.close();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Files.deleteIfExists(socket);
        assertThat(failures).isEmpty();
    }

    /** One connection, seen from the daemon. */
    final class Peer {
        private final SocketChannel channel;

        Peer(SocketChannel channel) {
            this.channel = channel;
        }

        /** The next request; null at the end of the stream. */
        @Nullable
        Message nextRequest() throws IOException {
            byte[] header = receive(MessageCodec.HEADER_LENGTH);
            if (header.length < MessageCodec.HEADER_LENGTH) {
                return null;
            }
            MessageCodec.Header read = MessageCodec.header(ByteBuffer.wrap(header));
            byte[] data = receive((int) read.dataLength());
            Message request = Message.of(MessageType.of(read.type()).orElseThrow(), read.path(), data);
            assertThat(Bytes.join(header, data)).isEqualTo(Bytes.message(read.type(), read.path(), text(data)));
            requests.add(request.type() + " " + request.untrustedPath());
            return request;
        }

        private static String text(byte[] data) {
            return new String(data, StandardCharsets.ISO_8859_1);
        }

        /** The next request, which there must be; ends the script if there is none. */
        Message request() throws IOException {
            Message request = nextRequest();
            if (request == null) {
                throw new IOException("the client hung up");
            }
            return request;
        }

        /** So many bytes, fewer at the end of the stream. */
        byte[] receive(int count) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(count);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Until it is full.
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        }

        /** As much as the system allows may wait to be read. */
        void enlargeBuffer() throws IOException {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, 1 << 20);
        }

        void send(byte[]... parts) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(Bytes.join(parts));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        /** Sends in pieces of random length, up to so many bytes. */
        void sendInPieces(byte[] bytes, int longest, Random random) throws IOException {
            int at = 0;
            while (at < bytes.length) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(longest));
                channel.write(ByteBuffer.wrap(bytes, at, length));
                at += length;
            }
        }

        /** Answers a request as a good daemon would that has these keys: {@code /key}, {@code /d/a}, {@code /d/b}. */
        void answer(Message request) throws IOException {
            send(goodAnswer(request));
        }

        /** Answers requests until the client hangs up. */
        void answerAll() throws IOException {
            while (true) {
                answer(request());
            }
        }

        /** Takes what comes until the client hangs up. */
        void sayNothing() throws IOException {
            while (nextRequest() != null) {
                // Not answered.
            }
        }

        void hangUp() throws IOException {
            channel.close();
        }
    }

    /** What a good daemon answers; the value of a key is its path. */
    static byte[] goodAnswer(Message request) {
        String path = request.untrustedPath();
        List<byte[]> parts = new ArrayList<>();
        switch (request.type()) {
            case READ ->
                parts.add(
                        path.equals("/key") || path.equals("/d/a") || path.equals("/d/b")
                                ? Bytes.message(MessageType.READ_REPLY, path, path)
                                : Bytes.message(MessageType.NOENT, path));
            case LIST -> {
                for (String key : new String[] {"/d/a", "/d/b", "/key"}) {
                    if (key.startsWith(path)) {
                        parts.add(Bytes.message(MessageType.LIST_REPLY, key));
                    }
                }
                parts.add(Bytes.message(MessageType.LIST_REPLY, ""));
            }
            case MULTIREAD -> {
                for (String key : new String[] {"/key", "/d/b", "/d/a"}) {
                    if (key.startsWith(path)) {
                        parts.add(
                                path.isEmpty() ? parts.size() : 0,
                                Bytes.message(MessageType.MULTIREAD_REPLY, key, key));
                    }
                }
                parts.add(Bytes.message(MessageType.MULTIREAD_REPLY, ""));
            }
            default -> parts.add(Bytes.message(MessageType.OK, path));
        }
        return Bytes.join(parts);
    }
}
