package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.qubesdb.MessageType;

/** Whatever a domain sends: clients in dom0 go on, and the next link works. */
final class HostileDomainTest {
    private static final Duration HASTY = Duration.ofMillis(300);
    private static final String LONG = "/" + "p".repeat(63);

    @TempDir
    Path folder;

    private LinkedDaemon dom0;
    private RawClient local;

    @BeforeEach
    void start() throws Exception {
        dom0 = new LinkedDaemon(folder, HASTY);
        local = dom0.client();
    }

    @AfterEach
    void clientsGoOnAndTheNextLinkWorks() throws IOException {
        dom0.until(LinkState.WAITING);
        assertThat(local.ask(Frame.read("/name"))).isEqualTo(Frame.value("/name", "work"));
        try (RawClient next = dom0.syncedDomain()) {
            assertThat(local.ask(Frame.write("/name", "new"))).isEqualTo(Frame.ok("/name"));
            next.expect(Frame.write("/name", "new"));
        }
        local.close();
        dom0.close();
    }

    private void droppedOnce() {
        assertThat(dom0.daemon.log)
                .filteredOn(line -> line.startsWith("the link"))
                .hasSize(1)
                .allMatch(line -> line.startsWith("the link is dropped: the other side "));
    }

    static Stream<Arguments> violations() {
        return Stream.concat(
                Stream.of(
                        Arguments.of(new Frame(0, "/name", ""), ""),
                        Arguments.of(new Frame(1, "/a b", "x"), ""),
                        Arguments.of(new Frame(1, "-", "x"), ""),
                        Arguments.of(new Frame(1, LONG, "x"), ""),
                        Arguments.of(new Frame(1, "/long", "v".repeat(3072)), ""),
                        Arguments.of(new Frame(4, "/long", "v".repeat(3072)), ""),
                        Arguments.of(new Frame(7, "/ok", "data"), ""),
                        Arguments.of(new Frame(9, "/error", "data"), ""),
                        Arguments.of(new Frame(11, "/name", "reply"), ""),
                        Arguments.of(new Frame(11, "", ""), ""),
                        Arguments.of(new Frame(2, "/d/", ""), "ERROR"),
                        Arguments.of(new Frame(4, "/missing", ""), "NOENT"),
                        Arguments.of(new Frame(4, "/missing/", ""), "NOENT"),
                        Arguments.of(new Frame(4, "relative", ""), "NOENT"),
                        Arguments.of(new Frame(1, "relative", "x"), "ERROR"),
                        Arguments.of(new Frame(1, "", "x"), "ERROR"),
                        Arguments.of(new Frame(1, "/d/", "x"), "ERROR")),
                IntStream.of(3, 5, 6, 8, 10, 12, 13, 14, 100, 200, 255)
                        .mapToObj(type -> Arguments.of(new Frame((byte) type, "/name", ""), "")));
    }

    @ParameterizedTest
    @MethodSource("violations")
    void violationEndsTheLinkBehindItsAnswer(Frame message, String answer) throws IOException {
        try (RawClient domain = dom0.domain()) {
            domain.send(message);

            Frame[] expected = answer.isEmpty()
                    ? new Frame[0]
                    : new Frame[] {Frame.of(MessageType.valueOf(answer), message.path())};
            assertThat(domain.receiveToEnd()).containsExactly(expected);
            dom0.until(LinkState.WAITING);
            droppedOnce();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3072, 1 << 20, 0x8000_0000L, 0xffff_ffffL})
    void hugeValueIsNotWaitedFor(long length) throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            domain.send(Frame.header(MessageType.WRITE.number(), "/huge", length));

            domain.expectEnd();
            dom0.until(LinkState.WAITING);
            droppedOnce();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 71, 72, 75})
    void halfMessageDisturbsNobodyAndEndsTheLinkInTime(int bytes) throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            domain.send(Arrays.copyOf(Frame.write("/half", "value").bytes(), bytes));
            local.expectAlive();

            domain.expectEnd();
            assertThat(local.ask(Frame.read("/half"))).isEqualTo(Frame.noent("/half"));
            dom0.until(LinkState.WAITING);
            droppedOnce();
        }
    }

    @Test
    void domainThatTakesNoChangesIsDropped() throws IOException {
        try (RawClient domain = dom0.syncedDomain()) {
            String value = "v".repeat(3000);
            for (int i = 0; dom0.daemon.log.isEmpty() && i < 10_000; i++) {
                assertThat(local.ask(Frame.write("/much", value))).isEqualTo(Frame.ok("/much"));
            }

            assertThat(dom0.daemon.log)
                    .containsExactly("the link is dropped: the other side does not take what is changed here");
            assertThat(domain.receiveToEnd()).contains(Frame.write("/much", value));
        }
        assertThat(local.ask(Frame.of(MessageType.REMOVE, "/much"))).isEqualTo(Frame.ok("/much"));
    }

    @Test
    void domainThatTakesNoAnswersIsDroppedAndDisturbsNobody() throws IOException {
        Frame[] flood = new Frame[100];
        Arrays.fill(flood, Frame.write("/flood", ""));
        byte[] bytes = Frame.bytes(flood);
        try (RawClient domain = dom0.domain()) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 2000; i++) {
                            domain.send(bytes);
                            local.expectAlive();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(dom0.daemon.log).containsExactly("the link is dropped: the other side does not take its answers");
        assertThat(local.ask(Frame.of(MessageType.REMOVE, "/flood"))).isEqualTo(Frame.ok("/flood"));
    }

    @Test
    void nonsenseEndsTheLinkOnly() throws IOException {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int i = 0; i < 150; i++) {
            try (RawClient domain = random.nextBoolean() ? dom0.domain() : dom0.syncedDomain()) {
                byte[] message = new Frame(random.nextInt(14), "/name/x", "v".repeat(random.nextInt(100))).bytes();
                for (int flips = random.nextInt(6); flips > 0; flips--) {
                    message[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
                }
                domain.send(Arrays.copyOf(message, random.nextInt(message.length + 1)));
                domain.shutdownOutput();
                domain.receiveToEnd();
            }
            // What it wrote is as good as what anybody writes; it may even have removed what was there.
            for (Frame entry : local.askList(LinkedDaemon.DUMP)) {
                if (!entry.path().isEmpty()) {
                    local.ask(Frame.of(MessageType.REMOVE, entry.path()));
                }
            }
            for (Frame entry : LinkedDaemon.CONTENT) {
                if (!entry.path().isEmpty()) {
                    assertThat(local.ask(Frame.write(entry.path(), entry.data())))
                            .as("seed %d, round %d", seed, i)
                            .isEqualTo(Frame.ok(entry.path()));
                }
            }
            dom0.until(LinkState.WAITING);
        }
    }
}
