package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.Background;

/** A link that carries nothing for a while, and then what has gathered. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LinkBacklogTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final DaemonOptions OPTIONS = DaemonOptions.DEFAULT.withLink(DaemonLink.HANDED_OVER);
    /** More than the queue of a client may have and the system keeps between the two. */
    private static final int CHANGES = 400;

    private static final String VALUE = "v".repeat(3000);

    @TempDir
    private Path folder;

    private final List<String> log = new CopyOnWriteArrayList<>();

    @Test
    void changesThatBothHaveGatheredReachTheOther() throws Exception {
        try (Line line = new Line(folder.resolve("line"));
                TestDaemon dom0 = TestDaemon.start(folder.resolve("dom0"), OPTIONS);
                QubesDbDaemon domain = QubesDbDaemon.startLocal(folder.resolve("domain"), OPTIONS.withLog(log::add));
                RawClient outside = dom0.client()) {
            dom0.daemon.link(line.end());
            domain.link(line.end());
            assertThat(domain.awaitServing(LONG)).isTrue();
            try (RawClient inside = RawClient.connect(folder.resolve("domain/qubesdb.sock"))) {
                line.carrying.lock();
                try {
                    for (int i = 0; i < CHANGES; i++) {
                        assertThat(outside.ask(Frame.write("/out", VALUE + i))).isEqualTo(Frame.ok("/out"));
                        assertThat(inside.ask(Frame.write("/in", VALUE + i))).isEqualTo(Frame.ok("/in"));
                    }
                } finally {
                    line.carrying.unlock();
                }

                Frame last = Frame.write("/last", "");
                assertThat(outside.ask(last)).isEqualTo(Frame.ok("/last"));
                until(inside, "/last");
                assertThat(inside.ask(Frame.read("/out"))).isEqualTo(Frame.value("/out", VALUE + (CHANGES - 1)));
                assertThat(inside.ask(Frame.write("/end", ""))).isEqualTo(Frame.ok("/end"));
                until(outside, "/end");
                assertThat(outside.ask(Frame.read("/in"))).isEqualTo(Frame.value("/in", VALUE + (CHANGES - 1)));
            }
            assertThat(dom0.log).isEmpty();
            assertThat(log).isEmpty();
        }
    }

    private static void until(RawClient client, String empty) {
        TestDaemon.until(empty + " is there", () -> {
            try {
                return client.ask(Frame.read(empty)).equals(Frame.value(empty, ""));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Carries bytes between its two ends, both ways, while nobody holds the lock. */
    private static final class Line implements AutoCloseable {
        final ReentrantLock carrying = new ReentrantLock();
        private final List<SocketChannel> all = new ArrayList<>();
        private final List<SocketChannel> ends = new ArrayList<>();

        Line(Path place) throws IOException {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(place);
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(address);
                for (int i = 0; i < 2; i++) {
                    ends.add(SocketChannel.open(address));
                    all.add(server.accept());
                }
            }
            Background.start("line-there", () -> carry(all.get(0), all.get(1)));
            Background.start("line-back", () -> carry(all.get(1), all.get(0)));
        }

        /** The next end, which is the caller's. */
        SocketChannel end() {
            return ends.remove(0);
        }

        private void carry(SocketChannel from, SocketChannel to) {
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            try {
                while (from.read(buffer) >= 0) {
                    buffer.flip();
                    carrying.lock();
                    try {
                        while (buffer.hasRemaining()) {
                            to.write(buffer);
                        }
                    } finally {
                        carrying.unlock();
                    }
                    buffer.clear();
                }
            } catch (IOException e) {
                // An end has gone, and takes nothing any more.
            }
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel channel : all) {
                channel.close();
            }
        }
    }
}
