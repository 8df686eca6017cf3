package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qubestools.qubesdb.Bytes.event;
import static org.qubestools.qubesdb.Bytes.header;
import static org.qubestools.qubesdb.Bytes.join;
import static org.qubestools.qubesdb.Bytes.littered;
import static org.qubestools.qubesdb.Bytes.message;
import static org.qubestools.qubesdb.MessageType.LIST_REPLY;
import static org.qubestools.qubesdb.MessageType.MULTIREAD_REPLY;
import static org.qubestools.qubesdb.MessageType.OK;
import static org.qubestools.qubesdb.MessageType.READ_REPLY;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.ScriptedDaemon.Peer;
import org.qubestools.qubesdb.ScriptedDaemon.Script;

/** A conversation with a daemon, in whatever pieces it comes and at whatever byte it ends. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ConversationTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");
    private static final QubesDbPath DIRECTORY = new QubesDbPath("/d/");

    /** Lengths of the answers to the commands of {@link #converseUntilLost}. */
    private static final int[] ANSWERS = {76, 216, 224, 72, 72, 72};

    @TempDir
    private Path folder;

    // ---- pieces

    private static void converse(QubesDb db) throws Exception {
        assertThat(db.read(KEY).orElseThrow().untrustedText()).isEqualTo("/key");
        assertThat(db.read(new QubesDbPath("/missing"))).isEmpty();
        assertThat(db.listDirectory(DIRECTORY)).hasSize(2);
        assertThat(db.readAll()).hasSize(3);
        db.write(KEY, "v".repeat(3071));
        assertThat(db.remove(KEY)).isTrue();
        assertThat(db.readEach(List.of(new QubesDbPath("/d/a"), KEY))).hasSize(2);
    }

    @Test
    void answersOneByteAtATimeAreUnderstood() throws Exception {
        Script slow = peer -> {
            while (true) {
                peer.sendInPieces(ScriptedDaemon.goodAnswer(peer.request()), 1, new Random(0));
            }
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, slow);
                QubesDb db = daemon.strictClient()) {
            converse(db);
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }

    @Test
    void answersInRandomPiecesAreUnderstood() throws Exception {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        Script pieces = peer -> {
            while (true) {
                peer.sendInPieces(ScriptedDaemon.goodAnswer(peer.request()), 100, random);
            }
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, pieces);
                QubesDb db = daemon.strictClient()) {
            for (int i = 0; i < 50; i++) {
                converse(db);
            }
        } catch (AssertionError | QubesDbException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @Test
    void bytesBehindTheNulAndPaddingMeanNothing() throws Exception {
        Script garbage = peer -> {
            peer.send(littered(message(OK, peer.request().untrustedPath())));
            peer.request();
            peer.send(littered(event("/key")), littered(message(READ_REPLY, "/key", "x")));
            peer.request();
            byte[] end = message(LIST_REPLY, "/d/b");
            end[1] = 0;
            peer.send(littered(message(LIST_REPLY, "/d/b")), end);
            peer.sayNothing();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, garbage);
                QubesDb db = daemon.strictClient();
                WatchStream stream = db.watch(List.of(KEY))) {
            assertThat(db.read(KEY).orElseThrow().untrustedText()).isEqualTo("x");
            assertThat(db.listDirectory(DIRECTORY)).containsExactly(new QubesDbPath("/d/b"));
            assertThat(stream.next()).contains(new WatchStream.Changed(KEY));
        }
    }

    @Test
    void eventsStandBeforeRepliesAndBetweenEntries() throws Exception {
        Script eventful = peer -> {
            peer.answer(peer.request());
            peer.request();
            peer.send(event("/d/1"), event("/d/2"), message(READ_REPLY, "/key", "x"), event("/d/3"));
            peer.request();
            peer.send(event("/d/4"), message(LIST_REPLY, "/d/a"), event("/d/5"), message(LIST_REPLY, "/d/b"));
            peer.send(event("/d/6"), message(LIST_REPLY, ""));
            peer.request();
            peer.send(
                    message(MULTIREAD_REPLY, "/d/a", "x"), event("/d/7"), message(MULTIREAD_REPLY, ""), event("/d/8"));
            peer.sayNothing();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, eventful);
                QubesDb db = daemon.strictClient();
                WatchStream stream = db.watch(List.of(DIRECTORY))) {
            assertThat(db.read(KEY)).isPresent();
            assertThat(db.listDirectory(DIRECTORY)).hasSize(2);
            assertThat(db.readDirectory(DIRECTORY)).hasSize(1);
            for (int i = 1; i <= 8; i++) {
                assertThat(stream.next()).contains(new WatchStream.Changed(new QubesDbPath("/d/" + i)));
            }
        }
    }

    @Test
    void eventsOfNoWatchAreIgnored() throws Exception {
        Script eventful = peer -> {
            peer.send(event("/other"));
            peer.answerAll();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, eventful);
                QubesDb db = daemon.strictClient()) {
            converse(db);
        }
    }

    // ---- sudden ends

    /** So many commands are answered, and well; the others are Disconnected. */
    private static int converseUntilLost(QubesDb db) throws InterruptedException {
        return answered(() -> db.read(KEY).orElseThrow().untrustedText(), "/key")
                + answered(() -> db.listDirectory(DIRECTORY).toString(), "[/d/a, /d/b]")
                + answered(() -> db.readDirectory(DIRECTORY).keySet().toString(), "[/d/a, /d/b]")
                + answered(() -> String.valueOf(db.remove(KEY)), "true")
                + answered(
                        () -> {
                            db.write(KEY, "value");
                            return "written";
                        },
                        "written")
                + answered(() -> db.watch(KEY, new Recorder()).path().text(), "/key");
    }

    /** A command that answers in text. */
    interface Command {
        String run() throws QubesDbException, InterruptedException;
    }

    private static int answered(Command command, String answer) throws InterruptedException {
        try {
            assertThat(command.run()).isEqualTo(answer);
            return 1;
        } catch (QubesDbException e) {
            assertThat(e).isInstanceOf(QubesDbDisconnectedException.class);
            return 0;
        }
    }

    /** Answers as long as there are bytes to spend, over all connections; then hangs up for good. */
    private static Script spending(AtomicInteger bytes) {
        return peer -> {
            while (bytes.get() > 0) {
                byte[] answer = ScriptedDaemon.goodAnswer(peer.request());
                int spent = Math.min(answer.length, bytes.get());
                peer.send(Arrays.copyOf(answer, spent));
                bytes.addAndGet(-spent);
            }
        };
    }

    @Test
    void aDaemonThatDiesAtAnyByteOfItsAnswersIsDisconnected() throws Exception {
        AtomicInteger bytes = new AtomicInteger();
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, spending(bytes))) {
            for (int budget = 0; budget <= 732; budget++) {
                bytes.set(budget);
                int whole = 0;
                for (int left = budget; whole < ANSWERS.length && left >= ANSWERS[whole]; whole++) {
                    left -= ANSWERS[whole];
                }
                try (QubesDb db = daemon.strictClient()) {
                    assertThat(converseUntilLost(db))
                            .as("answers of %d bytes", budget)
                            .isEqualTo(whole);
                }
            }
        }
    }

    @Test
    void aDaemonThatDiesAtAnyByteOfARequestIsDisconnected() throws Exception {
        List<Script> scripts = new ArrayList<>();
        int longest = MessageCodec.HEADER_LENGTH + 10;
        for (int bytes = 0; bytes < longest; bytes++) {
            int taken = bytes;
            scripts.add(peer -> peer.receive(taken));
        }
        scripts.add(Peer::answerAll);
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, scripts.toArray(Script[]::new));
                QubesDb db = daemon.strictClient()) {
            int lost = 0;
            while (daemon.connections() < longest) {
                try {
                    db.write(KEY, "ten bytes.");
                } catch (QubesDbDisconnectedException e) {
                    lost++;
                }
            }
            assertThat(lost).isPositive();
            converse(db);
        }
    }

    @Test
    void aLongBatchIsSentAndAnsweredThoughNeitherSideHasRoomForIt() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::answerAll);
                QubesDb db = daemon.strictClient()) {
            List<QubesDbPath> keys = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                keys.add(i == 19_999 ? KEY : new QubesDbPath("/missing/" + i));
            }

            assertThat(db.readEach(keys).keySet()).containsExactly(KEY);
        }
    }

    @Test
    void aBatchOfWhichTheDaemonTakesOnlyPartIsDisconnected() throws Exception {
        Script stops = peer -> peer.receive(100_000);
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, stops);
                QubesDb db = daemon.strictClient()) {
            List<QubesDbPath> keys = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                keys.add(new QubesDbPath("/missing/" + i));
            }

            assertThatThrownBy(() -> db.readEach(keys)).isInstanceOf(QubesDbDisconnectedException.class);
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }

    @Test
    void aHeaderWithoutItsDataAtTheEndIsDisconnected() throws Exception {
        Script half = peer -> {
            peer.request();
            peer.send(join(header(READ_REPLY.number(), "/key", 10), new byte[] {'h', 'a', 'l', 'f'}));
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, half);
                QubesDb db = daemon.strictClient()) {
            assertThatThrownBy(() -> db.read(KEY))
                    .isInstanceOf(QubesDbDisconnectedException.class)
                    .hasMessageContaining("within a message");
        }
    }

    @Test
    void whatArrivedBeforeTheHangUpIsAnswered() throws Exception {
        Script twice = peer -> {
            byte[] answer = ScriptedDaemon.goodAnswer(peer.request());
            peer.request();
            peer.send(answer);
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, twice);
                QubesDb db = daemon.strictClient()) {
            var first = Waiting.beside(() -> db.read(KEY));
            Waiting.until("the first is sent", () -> daemon.requests().size() == 1);

            assertThatThrownBy(() -> db.read(KEY)).isInstanceOf(QubesDbDisconnectedException.class);
            assertThat(first.get()).isPresent();
        }
    }
}
