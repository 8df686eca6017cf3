package org.qubestools.core.runtime;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A daemon behind a Unix socket that answers each line as it is told, and notes lines and ends. */
final class ScriptedSocket implements AutoCloseable {
    /** What is noted when a caller hangs up. */
    static final String HUNG_UP = "(hung up)";

    private final ServerSocketChannel door;
    private final Function<String, String> answers;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    /** {@code answers}: text for a line, with its newline if it has one; null to hang up. */
    ScriptedSocket(Path socket, Function<String, String> answers) throws IOException {
        this.door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        this.answers = answers;
        door.bind(UnixDomainSocketAddress.of(socket));
        Thread thread = new Thread(this::serve, "scripted-socket");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        try {
            while (true) {
                SocketChannel caller = door.accept();
                talk(caller);
                heard.add(HUNG_UP);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void talk(SocketChannel caller) throws IOException {
        try (caller;
                BufferedReader in = new BufferedReader(Channels.newReader(caller, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                heard.add(line);
                String answer = answers.apply(line);
                if (answer == null) {
                    return;
                }
                caller.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    /** The next line, or {@link #HUNG_UP}; null if none comes. */
    String heard() throws InterruptedException {
        return heard.poll(30, TimeUnit.SECONDS);
    }

    boolean hasHeardNothingMore() {
        return heard.isEmpty();
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
