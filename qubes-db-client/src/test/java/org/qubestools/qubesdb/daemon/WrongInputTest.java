package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.qubesdb.MessageType;

/** Requests that are against the rules: each row of the table of wrong input. */
final class WrongInputTest {
    private static final Frame END = Frame.of(MessageType.LIST_REPLY, "");

    @TempDir
    Path folder;

    private TestDaemon daemon;
    private RawClient client;

    @BeforeEach
    void serveOneKey() throws Exception {
        daemon = TestDaemon.start(folder);
        client = daemon.client();
        assertThat(client.ask(Frame.write("/name", "work"))).isEqualTo(Frame.ok("/name"));
    }

    @AfterEach
    void nothingElseIsStored() throws IOException {
        try (RawClient other = daemon.client()) {
            assertThat(other.askList(Frame.of(MessageType.MULTIREAD, "")))
                    .containsExactly(Frame.entry("/name", "work"), Frame.entry("", ""));
        }
        client.close();
        daemon.close();
    }

    private void refusesAndStays(Frame request) throws IOException {
        assertThat(client.ask(request)).isEqualTo(Frame.error(request.path()));
        client.expectAlive();
    }

    private void refusesAndHangsUp(Frame request) throws IOException {
        client.send(request);
        assertThat(client.receiveToEnd()).containsExactly(Frame.error(request.path()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a b", "/a\\b", "/\u00e4", "/a\n", "-", "-/a", "/a%", "/a[", "/a`", "/a,", "/a;"})
    void wrongCharacterIsRefused(String path) throws IOException {
        refusesAndStays(Frame.write(path, "x"));
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageType.class,
            names = {"READ", "LIST", "MULTIREAD", "REMOVE", "WATCH", "UNWATCH"})
    void wrongCharacterIsRefusedWhateverIsAsked(MessageType type) throws IOException {
        refusesAndStays(Frame.of(type, "/na me"));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8, 9, 10, 11, 12, 13, 14, 100, 255})
    void unknownTypeIsRefusedWithItsData(int type) throws IOException {
        refusesAndStays(new Frame((byte) type, "/name", "some data"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3072, 3073, 10_000, 65_536})
    void longValueIsSkippedAndRefused(int length) throws IOException {
        refusesAndStays(Frame.write("/long", "v".repeat(length)));
    }

    @ParameterizedTest
    @ValueSource(longs = {65_537, 1 << 20, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL})
    void endlessValueIsRefusedAtOnceAndEndsTheConnection(long length) throws IOException {
        client.send(Frame.header(MessageType.WRITE.number(), "/long", length));

        assertThat(client.receiveToEnd()).containsExactly(Frame.error("/long"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/name", "relative", "", "/", "/d/"})
    void nulInTheValueIsRefusedWhateverThePath(String path) throws IOException {
        refusesAndStays(Frame.write(path, "a\0b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative", "", "/", "/d/", "/name/"})
    void writingToWhatIsNoKeyEndsTheConnection(String path) throws IOException {
        refusesAndHangsUp(Frame.write(path, "x"));
    }

    @Test
    void whatFollowsTheEndOfAConnectionIsNotCarriedOut() throws IOException {
        client.send(Frame.bytes(Frame.write("relative", "x"), Frame.write("/late", "x")));

        assertThat(client.receiveToEnd()).containsExactly(Frame.error("relative"));
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageType.class,
            names = {"READ", "LIST", "MULTIREAD", "REMOVE", "WATCH", "UNWATCH"})
    void dataWhereNoneBelongIsSkippedAndRefused(MessageType type) throws IOException {
        refusesAndStays(Frame.of(type, "/name", "d".repeat(72)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void pathWithoutNulIsRefusedNotCut(int type) throws IOException {
        String path = "/" + "p".repeat(63);
        client.send(Frame.header(type, path, 1));
        client.send(new byte[] {'v'});

        client.expect(Frame.error(path.substring(0, 63)));
        client.expectAlive();
    }

    @Test
    void bytesBehindTheNulMeanNothing() throws IOException {
        byte[] request = Frame.read("/name").bytes();
        request[7] = ' ';
        request[30] = (byte) 0xff;
        request[66] = 1;
        client.send(request);

        client.expect(Frame.value("/name", "work"));
    }

    @Test
    void readOnlySocketRefusesChangesAndServesTheRest() throws IOException {
        try (RawClient reader = daemon.readOnlyClient()) {
            assertThat(reader.ask(Frame.write("/name", "new"))).isEqualTo(Frame.error("/name"));
            assertThat(reader.ask(Frame.of(MessageType.REMOVE, "/missing"))).isEqualTo(Frame.error("/missing"));
            assertThat(reader.ask(Frame.write("relative", "x"))).isEqualTo(Frame.error("relative"));
            assertThat(reader.ask(Frame.read("/name"))).isEqualTo(Frame.value("/name", "work"));
            assertThat(reader.ask(Frame.of(MessageType.WATCH, "/name"))).isEqualTo(Frame.ok("/name"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 71, 72, 75})
    void endOfStreamInsideAMessageIsNotAnswered(int bytes) throws IOException {
        client.send(Arrays.copyOf(Frame.write("/cut", "value").bytes(), bytes));
        client.shutdownOutput();

        client.expectEnd();
    }

    @Test
    void halfCloseBehindCompleteRequestsIsAnswered() throws IOException {
        client.send(Frame.read("/name"), Frame.read("/b"), Frame.of(MessageType.LIST, "/name"));
        client.shutdownOutput();

        assertThat(client.receiveToEnd())
                .containsExactly(
                        Frame.value("/name", "work"),
                        Frame.noent("/b"),
                        Frame.of(MessageType.LIST_REPLY, "/name"),
                        END);
    }

    @Test
    void halfCloseBehindMoreRequestsThanAnswersFindRoomIsAnswered() throws IOException {
        int count = 2000;
        for (int i = 0; i < count; i++) {
            client.send(Frame.read("/name"));
        }
        client.shutdownOutput();

        List<Frame> answers = client.receiveToEnd();
        assertThat(answers).hasSize(count).containsOnly(Frame.value("/name", "work"));
    }

    @Test
    void severalFaultsGiveOneAnswer() throws IOException {
        refusesAndStays(new Frame(14, "- ", "\0".repeat(5000)));
    }

    @Test
    void whatIsRefusedIsLoggedWithoutItsValue() throws IOException {
        refusesAndStays(Frame.write("/a\u001b[1m", "secret"));

        assertThat(daemon.log).hasSize(1);
        assertThat(daemon.log.get(0))
                .contains("client 1")
                .contains("/a\\x1b[1m")
                .doesNotContain("secret");
    }

    @Test
    void whoIsRefusedAgainAndAgainDoesNotFillTheLog() throws IOException {
        for (int i = 0; i < 3 * LimitedLog.LINES; i++) {
            refusesAndStays(Frame.write("/a b", "secret"));
        }

        // More than this only if it takes more than a minute.
        assertThat(daemon.log).hasSizeBetween(LimitedLog.LINES, 2 * LimitedLog.LINES);
        assertThat(daemon.log.get(LimitedLog.LINES - 1))
                .isEqualTo("too much to log: more lines of this minute are left out");
    }
}
