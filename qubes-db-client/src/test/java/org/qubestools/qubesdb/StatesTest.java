package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qubestools.qubesdb.Bytes.event;
import static org.qubestools.qubesdb.Bytes.message;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.ScriptedDaemon.Peer;
import org.qubestools.qubesdb.ScriptedDaemon.Script;

/** Timeouts, interrupts, refresh and close, in whatever state the connection is. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StatesTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    @TempDir
    private Path folder;

    private static QubesDbClient client(ScriptedDaemon daemon, Duration replyTimeout) {
        return daemon.client(daemon.options().withTimeouts(FOR_EVER, replyTimeout));
    }

    private static void assertFailsWith(FutureTask<?> task, Class<? extends Exception> type, String message) {
        assertThatThrownBy(task::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(type)
                .hasMessageContaining(message);
    }

    // ---- timeouts

    /** Answers all, but the first not before that. */
    private static Script firstAnswerAfter(CountDownLatch go) {
        return peer -> {
            Message first = peer.request();
            go.await();
            peer.answer(first);
            peer.answerAll();
        };
    }

    @Test
    void aDaemonThatNeverAnswersIsATimeoutAndTheConnectionEnds() throws Exception {
        CountDownLatch hungUp = new CountDownLatch(2);
        Script silent = peer -> {
            peer.sayNothing();
            hungUp.countDown();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, silent, silent, Peer::answerAll);
                QubesDb db = client(daemon, SHORT)) {
            assertThatThrownBy(() -> db.read(KEY))
                    .isInstanceOf(QubesDbTimeoutException.class)
                    .hasMessageContaining("0.05 s");
            assertThatThrownBy(() -> db.watch(KEY, new Recorder())).isInstanceOf(QubesDbTimeoutException.class);

            hungUp.await();
            assertThat(daemon.requests()).containsExactly("READ /key", "WATCH /key");
        }
    }

    @Test
    void aLateAnswerIsNotTakenForTheNextOne() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        Script slow = peer -> {
            peer.request();
            late.await();
            peer.send(message(MessageType.READ_REPLY, "/key", "late"));
            peer.sayNothing();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, slow, Peer::answerAll);
                QubesDb impatient = client(daemon, SHORT)) {
            assertThatThrownBy(() -> impatient.read(KEY)).isInstanceOf(QubesDbTimeoutException.class);
            late.countDown();

            String value = "";
            while (value.isEmpty()) {
                try {
                    value = impatient.read(KEY).orElseThrow().untrustedText();
                } catch (QubesDbTimeoutException e) {
                    Thread.onSpinWait(); // the machine is busy: once more
                }
            }
            assertThat(value).isEqualTo("/key");
        }
    }

    // ---- threads

    @Test
    void whoOnlyAsksHasNoThreadsAndWhoWatchesHasTwo() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::answerAll);
                QubesDb db = client(daemon, FOR_EVER)) {
            db.read(KEY);
            assertThat(watchThreads()).isZero();

            db.watch(KEY, new Recorder());
            assertThat(watchThreads()).isBetween(1L, 2L);
        }
        Waiting.until("they end with the client", () -> watchThreads() == 0);
    }

    private static long watchThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("qubesdb-watch"))
                .count();
    }

    // ---- interrupts

    @Test
    void anInterruptEndsOnlyTheWait() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Script slow = firstAnswerAfter(go);
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, slow);
                QubesDb db = client(daemon, FOR_EVER)) {
            FutureTask<Object> task = new FutureTask<>(() -> db.read(KEY));
            Thread waiting = Background.start("test-waiting", task);
            Waiting.until("the request is there", () -> daemon.requests().size() == 1);
            waiting.interrupt();
            assertThatThrownBy(task::get).cause().isInstanceOf(InterruptedException.class);
            go.countDown();

            assertThat(db.listPrefix("/d/")).hasSize(2);
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }

    @Test
    void aThreadThatIsInterruptedAlreadyDoesNotCloseTheConnectionOfOthers() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::answerAll);
                QubesDb db = client(daemon, FOR_EVER)) {
            db.read(KEY);
            for (int i = 0; i < 100; i++) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> db.listPrefix("")).isInstanceOf(InterruptedException.class);
                assertThat(db.read(KEY)).isPresent();
            }
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }

    @Test
    void anInterruptedWatchIsTakenBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Script slow = firstAnswerAfter(go);
        Recorder recorder = new Recorder();
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, slow);
                QubesDb db = client(daemon, FOR_EVER)) {
            FutureTask<Object> task = new FutureTask<>(() -> db.watch(KEY, recorder));
            Thread waiting = Background.start("test-waiting", task);
            Waiting.until("the request is there", () -> daemon.requests().size() == 1);
            waiting.interrupt();
            assertThatThrownBy(task::get).cause().isInstanceOf(InterruptedException.class);
            go.countDown();

            Waiting.until("it is taken back", () -> daemon.requests().contains("UNWATCH /key"));
            assertThat(recorder.rest()).isEmpty();
        }
    }

    // ---- close

    @Test
    void closeFailsWhatWaits() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::sayNothing)) {
            QubesDb db = client(daemon, FOR_EVER);
            FutureTask<?> read = Waiting.beside(() -> db.read(KEY));
            FutureTask<?> removal = Waiting.beside(() -> db.remove(KEY));
            Waiting.until("both are sent", () -> daemon.requests().size() == 2);

            db.close();

            assertFailsWith(read, QubesDbDisconnectedException.class, "closed");
            assertFailsWith(removal, QubesDbDisconnectedException.class, "closed");
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }

    @Test
    void closeEndsAnAttemptToConnectAgain() throws Exception {
        Script dies = peer -> {
            peer.answer(peer.request());
            peer.hangUp();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, dies, Peer::sayNothing)) {
            QubesDb db = client(daemon, FOR_EVER);
            WatchStream stream = db.watch(List.of(KEY));
            Waiting.until("the watch is made again", () -> daemon.requests().size() == 2);

            db.close();

            assertThat(stream.next()).isEmpty();
            assertThat(threads()).isEmpty();
        }
    }

    @Test
    void closeEndsACommandThatConnects() throws Exception {
        Script dies = peer -> {
            peer.answer(peer.request());
            peer.hangUp();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, dies, Peer::sayNothing)) {
            QubesDb db = client(daemon, FOR_EVER);
            db.watch(List.of(KEY));
            Waiting.until("the watch is made again", () -> daemon.requests().size() == 2);
            FutureTask<?> read = new FutureTask<>(() -> db.read(KEY));
            Waiting.untilBlocked(Background.start("test-waiting", read));

            db.close();

            assertThatThrownBy(read::get).cause().isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closeByAnInterruptedThreadEndsTheThreadsToo() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::answerAll)) {
            QubesDb db = client(daemon, FOR_EVER);
            db.watch(KEY, new Recorder());
            Thread.currentThread().interrupt();

            db.close();

            assertThat(Thread.interrupted()).isTrue();
            Waiting.until("the threads end", () -> threads().isEmpty());
        }
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("qubesdb"))
                .toList();
    }

    // ---- refresh

    @RepeatedTest(50)
    void refreshFailsWhatWaitsButRepeatsReads() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::sayNothing, Peer::answerAll);
                QubesDb db = client(daemon, FOR_EVER)) {
            FutureTask<?> read = Waiting.beside(() -> db.read(KEY).isPresent());
            FutureTask<?> removal = Waiting.beside(() -> db.remove(KEY));
            Waiting.until("both are sent", () -> daemon.requests().size() == 2);

            db.refresh();

            assertThat(read.get()).isEqualTo(true);
            assertFailsWith(removal, QubesDbDisconnectedException.class, "dropped");
        }
    }

    @Test
    void refreshDropsAConnectionThatIsStillBeingMade() throws Exception {
        Script dies = peer -> {
            peer.answer(peer.request());
            peer.hangUp();
        };
        Script tells = peer -> {
            peer.answer(peer.request());
            peer.send(event("/key"));
            peer.answerAll();
        };
        Recorder recorder = new Recorder();
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, dies, Peer::sayNothing, tells);
                QubesDb db = client(daemon, FOR_EVER)) {
            db.watch(KEY, recorder);
            Waiting.until("the watch is made again", () -> daemon.requests().size() == 2);

            db.refresh();

            assertThat(recorder.next(2)).containsExactlyInAnyOrder(Recorder.RESYNCHRONISE, "/key");
            assertThat(daemon.connections()).isEqualTo(3);
        }
    }

    @Test
    void refreshBeforeTheFirstCommandConnectsToNothing() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::answerAll);
                QubesDb db = client(daemon, FOR_EVER)) {
            db.refresh();
            assertThat(daemon.connections()).isZero();

            db.read(KEY);
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }

    @Test
    void refreshFromManyThreadsLosesNoRead() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::answerAll);
                QubesDb db = client(daemon, FOR_EVER)) {
            FutureTask<Integer> refreshes = Waiting.beside(() -> {
                for (int i = 0; i < 200; i++) {
                    db.refresh();
                    db.listPrefix("");
                }
                return 200;
            });
            int lost = 0;
            while (!refreshes.isDone()) {
                try {
                    assertThat(db.read(KEY)).isPresent();
                } catch (QubesDbDisconnectedException e) {
                    lost++; // dropped a second time
                }
            }
            assertThat(lost).isLessThan(200);
            assertThat(db.read(KEY)).isPresent();
        }
    }

    // ---- restoring

    @Test
    void aConnectionThatDiesWhileWatchesAreMadeIsFollowedByAnother() throws Exception {
        Script dies = peer -> {
            peer.answer(peer.request());
            peer.answer(peer.request());
            peer.hangUp();
        };
        Script diesEarlier = peer -> peer.answer(peer.request());
        Script tells = peer -> {
            peer.answer(peer.request());
            peer.answer(peer.request());
            peer.send(event("/d/x"), event("/key"));
            peer.answerAll();
        };
        Recorder recorder = new Recorder();
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, dies, diesEarlier, diesEarlier, tells);
                QubesDb db = client(daemon, FOR_EVER)) {
            db.watch(KEY, recorder);
            db.watch(new QubesDbPath("/d/"), recorder);

            assertThat(recorder.next(3)).containsExactlyInAnyOrder(Recorder.RESYNCHRONISE, "/d/x", "/key");
            assertThat(recorder.rest()).isEmpty();
            assertThat(daemon.connections()).isEqualTo(4);
        }
    }

    @Test
    void aWatchThatTheNewDaemonRefusesDoesNotKeepTheOthersFromBeingMade() throws Exception {
        Script dies = peer -> {
            peer.answer(peer.request());
            peer.answer(peer.request());
            peer.hangUp();
        };
        Script refuses = peer -> {
            peer.send(message(MessageType.ERROR, peer.request().untrustedPath()));
            peer.answer(peer.request());
            peer.send(event("/key"));
            peer.answerAll();
        };
        Recorder refused = new Recorder();
        Recorder recorder = new Recorder();
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, dies, refuses);
                QubesDb db = client(daemon, FOR_EVER)) {
            db.watch(new QubesDbPath("/Upper"), refused);
            db.watch(KEY, recorder);

            assertThat(recorder.next(2)).containsExactlyInAnyOrder(Recorder.RESYNCHRONISE, "/key");
            assertThat(refused.next()).isEqualTo(Recorder.RESYNCHRONISE);
        }
    }

    @Test
    void aRefusedWatchIsAnErrorAndNotMadeAgain() throws Exception {
        Script refuses = peer -> {
            peer.send(message(MessageType.ERROR, peer.request().untrustedPath()));
            peer.answerAll();
        };
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, refuses, Peer::answerAll);
                QubesDb db = client(daemon, FOR_EVER)) {
            assertThatThrownBy(() -> db.watch(KEY, new Recorder())).isInstanceOf(QubesDbRefusedException.class);
            db.refresh();

            assertThat(db.read(KEY)).isPresent();
            assertThat(daemon.requests()).containsExactly("WATCH /key", "READ /key");
        }
    }

    @Test
    void aClosedWatchIsTakenBackOnceAndTheCommandGoesOn() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, Peer::answerAll);
                QubesDb db = client(daemon, FOR_EVER)) {
            Watch one = db.watch(KEY, new Recorder());
            db.watch(KEY, new Recorder());
            one.close();
            one.close();
            db.read(KEY);

            assertThat(daemon.requests()).containsExactly("WATCH /key", "WATCH /key", "UNWATCH /key", "READ /key");
        }
    }
}
