package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.qubestools.qubesdb.Bytes.message;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.qubestools.qubesdb.ScriptedDaemon.Peer;
import org.qubestools.qubesdb.ScriptedDaemon.Script;

/** Which commands are sent once more after their connection was lost, and how often. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RepetitionTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");
    private static final Script DIES_AT_REQUEST = Peer::request;

    @TempDir
    private Path folder;

    /** A command, whatever it answers. */
    interface Command {
        void run(QubesDb db) throws QubesDbException, InterruptedException;
    }

    private static void read(QubesDb db) throws QubesDbException, InterruptedException {
        assertThat(db.read(KEY)).isPresent();
    }

    private static void list(QubesDb db) throws QubesDbException, InterruptedException {
        assertThat(db.listPrefix("/d/")).hasSize(2);
    }

    static Stream<Arguments> reads() {
        return Stream.of(
                arguments("READ /key", (Command) RepetitionTest::read),
                arguments("LIST /d/", (Command) RepetitionTest::list),
                arguments("MULTIREAD ", (Command) db -> assertThat(db.readAll()).hasSize(3)),
                arguments("WATCH /key", (Command) db -> db.watch(KEY, new Recorder())));
    }

    static Stream<Arguments> writes() {
        return Stream.of(arguments("WRITE /key", (Command) db -> db.write(KEY, "value")));
    }

    static Stream<Arguments> removals() {
        return Stream.of(arguments("REMOVE /key", (Command) db -> db.remove(KEY)), arguments("REMOVE /d/", (Command)
                db -> db.removeDirectory(new QubesDbPath("/d"))));
    }

    static Stream<Arguments> all() {
        return Stream.of(reads(), writes(), removals()).flatMap(rows -> rows);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reads")
    void aReadIsRepeatedOnceIfTheOptionIsOn(String request, Command command) throws Exception {
        assertRepeated(request, command, true, false);
        assertNotRepeated(request, command, false, true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writes")
    void aWriteIsRepeatedOnceIfTheOptionIsOn(String request, Command command) throws Exception {
        assertRepeated(request, command, false, true);
        assertNotRepeated(request, command, true, false);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("removals")
    void aRemovalIsNotRepeated(String request, Command command) throws Exception {
        assertNotRepeated(request, command, true, true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reads")
    void aCommandIsNotRepeatedTwice(String request, Command command) throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, DIES_AT_REQUEST);
                QubesDb db = daemon.client(daemon.options().repeating(true, true))) {
            assertThatThrownBy(() -> command.run(db)).isInstanceOf(QubesDbDisconnectedException.class);
            assertThat(daemon.requests()).containsExactly(request, request);
        }
    }

    private void assertRepeated(String request, Command command, boolean reads, boolean writes) throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, DIES_AT_REQUEST, Peer::answerAll);
                QubesDb db = daemon.client(daemon.options().repeating(reads, writes))) {
            command.run(db);

            assertThat(daemon.requests()).containsExactly(request, request);
        }
    }

    private void assertNotRepeated(String request, Command command, boolean reads, boolean writes) throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, DIES_AT_REQUEST, Peer::answerAll);
                QubesDb db = daemon.client(daemon.options().repeating(reads, writes))) {
            assertThatThrownBy(() -> command.run(db)).isInstanceOf(QubesDbDisconnectedException.class);
            assertThat(daemon.requests()).containsExactly(request);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void aCommandOfWhichNothingWasSentIsCarriedOutOnANewConnection(String request, Command command) throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        Script once = peer -> {
            peer.answer(peer.request());
            peer.hangUp();
            gone.countDown();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, once, Peer::answerAll);
                QubesDb db = daemon.strictClient()) {
            read(db);
            gone.await();

            command.run(db);

            assertThat(daemon.requests()).containsExactly("READ /key", request);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void theHangUpBehindARefusedWriteIsNotSeen(String request, Command command) throws Exception {
        Script refuses =
                peer -> peer.send(message(MessageType.ERROR, peer.request().untrustedPath()));
        for (int round = 0; round < 20; round++) {
            try (ScriptedDaemon daemon = new ScriptedDaemon(folder, refuses, Peer::answerAll);
                    QubesDb db = daemon.strictClient()) {
                assertThatThrownBy(() -> db.write(KEY, "x")).isInstanceOf(QubesDbRefusedException.class);

                command.run(db);

                assertThat(daemon.requests()).endsWith(request);
                assertThat(daemon.requests().stream().filter(request::equals).skip(request.startsWith("WRITE") ? 1 : 0))
                        .hasSize(1);
            }
        }
    }

    @Test
    void aRemovalBehindARefusedWriteIsNotRepeatedEither() throws Exception {
        Script refuses = peer -> {
            peer.send(message(MessageType.ERROR, peer.request().untrustedPath()));
            peer.answer(peer.request());
            peer.request();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, refuses, Peer::answerAll);
                QubesDb db = daemon.strictClient()) {
            assertThatThrownBy(() -> db.write(KEY, "x")).isInstanceOf(QubesDbRefusedException.class);

            assertThatThrownBy(() -> db.remove(KEY)).isInstanceOf(QubesDbDisconnectedException.class);
            assertThat(daemon.requests()).containsExactly("WRITE /key", "READ /", "REMOVE /key");
        }
    }

    @Test
    void aRefusedWriteNamesCommandAndPath() throws Exception {
        Script refuses = peer -> {
            peer.send(message(MessageType.ERROR, peer.request().untrustedPath()));
            peer.answerAll();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, refuses);
                QubesDb db = daemon.strictClient()) {
            assertThatThrownBy(() -> db.write(KEY, "x"))
                    .isInstanceOfSatisfying(QubesDbRefusedException.class, e -> {
                        assertThat(e.command()).isEqualTo(MessageType.WRITE);
                        assertThat(e.path()).isEqualTo("/key");
                    })
                    .hasMessageNotContaining("read-only");
            read(db);
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }

    @Test
    void aCommandThatWaitedBehindOthersForRoomIsCarriedOutOnANewConnection() throws Exception {
        CountDownLatch die = new CountDownLatch(1);
        Script takesNothing = peer -> die.await();
        List<QubesDbPath> many = Collections.nCopies(20_000, KEY);
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, takesNothing, Peer::answerAll);
                QubesDb db = daemon.strictClient()) {
            FutureTask<Object> before = new FutureTask<>(() -> db.readEach(many));
            Waiting.untilBlocked(Background.start("test-before", before));
            FutureTask<Object> removal = new FutureTask<>(() -> db.remove(KEY));
            Waiting.untilBlocked(Background.start("test-removal", removal));

            die.countDown();

            assertThatThrownBy(before::get).cause().isInstanceOf(QubesDbDisconnectedException.class);
            assertThat(removal.get()).isEqualTo(true);
            assertThat(daemon.requests()).containsExactly("REMOVE /key");
        }
    }

    @Test
    void aWriteThatIsLostMayHaveBeenCarriedOutAndSaysSoByDisconnected() throws Exception {
        Script takes = peer -> {
            peer.request();
            peer.hangUp();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, takes, Peer::answerAll);
                QubesDb db = daemon.strictClient()) {
            assertThatThrownBy(() -> db.write(KEY, "x")).isInstanceOf(QubesDbDisconnectedException.class);

            assertThat(db.readEach(List.of(KEY))).hasSize(1);
        }
    }
}
