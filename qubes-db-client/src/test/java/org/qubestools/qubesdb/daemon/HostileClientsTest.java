package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.MessageType;

/** Twenty clients do their worst; those that are good have all their answers and events, and nothing is left of the bad. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileClientsTest {
    private static final int HOSTILE = 20;
    private static final int READS = 1500;

    @TempDir
    Path folder;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger attacks = new AtomicInteger();
    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();

    @Test
    void goodClientsAreServedWhateverOthersDo() throws Exception {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient good = daemon.client();
                RawClient watching = daemon.client()) {
            assertThat(good.ask(Frame.write("/good", "value"))).isEqualTo(Frame.ok("/good"));
            assertThat(watching.ask(Frame.of(MessageType.WATCH, "/good/"))).isEqualTo(Frame.ok("/good/"));
            long sockets = sockets();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < HOSTILE; i++) {
                Random random = new Random(seed + i);
                Thread thread = new Thread(() -> attack(random));
                thread.start();
                threads.add(thread);
            }
            TestDaemon.until("all have begun", () -> attacks.get() > 3 * HOSTILE);
            try {
                for (int i = 0; i < READS || attacks.get() < 10 * HOSTILE; i++) {
                    assertThat(good.ask(Frame.read("/good")))
                            .as("seed %d, read %d", seed, i)
                            .isEqualTo(Frame.value("/good", "value"));
                    String mine = "/good/" + i % 10;
                    assertThat(good.ask(Frame.write(mine, "v" + i))).isEqualTo(Frame.ok(mine));
                    assertThat(good.ask(Frame.read(mine))).isEqualTo(Frame.value(mine, "v" + i));
                    watching.expect(Frame.event(mine));
                }
            } finally {
                over.set(true);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            assertThat(surprises).as("seed %d", seed).isEmpty();
            TestDaemon.until("the daemon closes its side of all the others", () -> sockets() == sockets);
            good.expectAlive();
            watching.expectAlive();
        }
        assertThat(folder).isEmptyDirectory();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(Thread::isAlive)
                .extracting(Thread::getName)
                .doesNotContain("qubesdb-daemon");
    }

    /** Sockets that this process has open, of clients and of the daemon. */
    private static long sockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(HostileClientsTest::isSocket).count();
        } catch (IOException | UncheckedIOException e) {
            return -1; // one of them was closed while it was looked at
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // it was closed meanwhile
        }
    }

    private void attack(Random random) {
        List<SocketChannel> held = new ArrayList<>();
        try {
            while (!over.get()) {
                SocketChannel channel =
                        SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("qubesdb.work.sock")));
                held.add(channel);
                channel.configureBlocking(false);
                attack(channel, random);
                attacks.incrementAndGet();
                if (held.size() > random.nextInt(10)) {
                    held.remove(random.nextInt(held.size())).close();
                }
            }
        } catch (IOException | RuntimeException e) {
            surprises.add(e);
        } finally {
            held.forEach(HostileClientsTest::close);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void attack(SocketChannel channel, Random random) {
        try {
            switch (random.nextInt(9)) {
                case 0 -> push(channel, Frame.header(random.nextInt(20), "/half", random.nextInt()), 1);
                case 1 -> push(channel, new byte[1 + random.nextInt(71)], 1);
                case 2 -> push(channel, Frame.read("/good").bytes(), 5000);
                case 3 -> push(channel, Frame.of(MessageType.MULTIREAD, "").bytes(), 5000);
                case 4 ->
                    push(
                            channel,
                            Frame.write("/bad/" + random.nextInt(500), "v".repeat(3000))
                                    .bytes(),
                            300);
                case 5 -> {
                    push(channel, Frame.of(MessageType.WATCH, "/").bytes(), 500);
                    push(channel, Frame.write("/bad/a", "").bytes(), 200);
                }
                case 6 -> {
                    byte[] garbage = new byte[10_000];
                    random.nextBytes(garbage);
                    garbage[0] = (byte) 200;
                    push(channel, garbage, 1);
                }
                case 7 ->
                    push(channel, Frame.write("/bad/nul", "\0".repeat(60_000)).bytes(), 20);
                default -> push(channel, Frame.of(MessageType.REMOVE, "/bad/").bytes(), 20);
            }
        } catch (IOException e) {
            // It was hung up on.
        }
    }

    /** Sends so often, until no more is taken. */
    private static void push(SocketChannel channel, byte[] bytes, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            if (channel.write(ByteBuffer.wrap(bytes)) < bytes.length) {
                return;
            }
        }
    }
}
