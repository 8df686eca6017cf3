package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.Deadline;

/** Ports that wait, and the loop that does not. */
final class DevicePumpTest {
    /** Time in which a link that cannot be made is tried a second and a third time. */
    private static final Duration SEVERAL_TRIES = Duration.ofMillis(400);

    @TempDir
    Path folder;

    @AfterEach
    void noPumpIsLeft() {
        TestDaemon.until(
                "pumps have ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("qubesdb-port")));
    }

    /** A port whose other end is two pipes. */
    private static final class FakePort implements DevicePump.Port {
        private final Pipe in = Pipe.open();
        private final Pipe out = Pipe.open();

        FakePort() throws IOException {}

        @Override
        public int read(ByteBuffer target) throws IOException {
            return in.source().read(target);
        }

        @Override
        public void write(ByteBuffer source) throws IOException {
            out.sink().write(source);
        }

        @Override
        public boolean isOpen() {
            return in.source().isOpen();
        }

        @Override
        public void close() throws IOException {
            in.source().close();
            out.sink().close();
        }
    }

    /** Answers each byte by the same, in the loop. */
    private static final class Echo implements Loop.Handler {
        private final ByteBuffer buffer = ByteBuffer.allocate(100_000);
        private volatile PeerChannel channel;
        private volatile boolean ended;

        @Override
        public void ready() throws IOException {
            buffer.clear();
            ended |= channel.source().read(buffer) < 0;
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.sink().write(buffer);
            }
            if (ended) {
                channel.close();
            }
        }

        @Override
        public void fail(Throwable reason) {
            ended = true;
            channel.close();
        }
    }

    private static Echo echo(Loop loop, DevicePump.Opener opener) throws IOException {
        return echo(loop, opener, reason -> {
            throw new AssertionError(reason);
        });
    }

    private static Echo echo(Loop loop, DevicePump.Opener opener, Consumer<IOException> failed) throws IOException {
        Echo echo = new Echo();
        loop.call(() -> {
            echo.channel = DevicePump.start(opener, loop, echo, failed);
            return true;
        });
        return echo;
    }

    private static String exchange(FakePort port, String text) throws IOException {
        port.in.sink().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer answer = ByteBuffer.allocate(text.length());
        while (answer.hasRemaining()) {
            port.out.source().read(answer);
        }
        return new String(answer.array(), 0, answer.limit(), StandardCharsets.US_ASCII);
    }

    @Test
    void bytesGoBothWays() throws Exception {
        FakePort port = new FakePort();
        try (Loop loop = new Loop("qubesdb-daemon")) {
            Echo echo = echo(loop, () -> port);
            assertThat(exchange(port, "some bytes")).isEqualTo("some bytes");
            assertThat(exchange(port, "x".repeat(30_000))).isEqualTo("x".repeat(30_000));

            port.in.sink().close();
            TestDaemon.until("the end is seen", () -> echo.ended);
            TestDaemon.until("the port is closed", () -> !port.isOpen());
        }
    }

    @Test
    void portIsClosedWhenTheLoopCloses() throws Exception {
        FakePort port = new FakePort();
        try (Loop loop = new Loop("qubesdb-daemon")) {
            Echo echo = echo(loop, () -> port);
            assertThat(exchange(port, "a")).isEqualTo("a");

            loop.call(() -> {
                echo.channel.close();
                return true;
            });
            TestDaemon.until("the port is closed", () -> !port.isOpen());
        }
    }

    @Test
    void portThatCannotBeOpenedIsAnEndOfTheStreamBehindItsReason() throws Exception {
        List<String> reasons = new CopyOnWriteArrayList<>();
        DevicePump.Opener busy = () -> {
            throw new IOException("busy");
        };
        try (Loop loop = new Loop("qubesdb-daemon")) {
            Echo echo = echo(loop, busy, reason -> reasons.add(reason.getMessage()));

            TestDaemon.until("the end is seen", () -> echo.ended);
            assertThat(reasons).containsExactly("busy");
        }
    }

    @Test
    void portIsTriedUntilItIsThere() throws Exception {
        Path port = folder.resolve("port");
        List<String> log = new CopyOnWriteArrayList<>();
        DaemonOptions options =
                DaemonOptions.DEFAULT.withLink(new DaemonLink.Device(port)).withLog(log::add);
        try (QubesDbDaemon daemon = QubesDbDaemon.startLocal(folder, options)) {
            TestDaemon.until("it has tried", () -> !log.isEmpty());
            Deadline tries = Deadline.in(SEVERAL_TRIES.toNanos());
            TestDaemon.until("it has tried again", tries::isReached);
            assertThat(log).containsExactly("no link: " + port + " is not there");
            assertThat(port).doesNotExist();

            // Opened for both it gives back what is written: the domain hears its own question, against the rules.
            assertThat(new ProcessBuilder("mkfifo", port.toString()).start().waitFor())
                    .isZero();
            TestDaemon.until("it has tried again", () -> log.size() > 1);
            assertThat(log.get(1)).startsWith("the link is dropped: the other side asked for the content");
            assertThat(daemon.awaitServing(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void fileThatIsNoPortIsNotTouched() throws Exception {
        Path file = Files.writeString(folder.resolve("port"), "content");
        List<String> log = new CopyOnWriteArrayList<>();
        DaemonOptions options =
                DaemonOptions.DEFAULT.withLink(new DaemonLink.Device(file)).withLog(log::add);
        try (QubesDbDaemon daemon = QubesDbDaemon.startLocal(folder, options)) {
            TestDaemon.until("it has tried", () -> !log.isEmpty());

            assertThat(log).containsExactly("no link: " + file + " is no device");
            assertThat(daemon.linkState()).isNotEqualTo(LinkState.SYNCED);
            assertThat(file).hasContent("content");
        }
    }
}
