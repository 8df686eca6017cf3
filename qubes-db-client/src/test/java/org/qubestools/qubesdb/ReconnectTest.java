package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The daemon is killed at each step of a conversation. Every command then has its answer or is Disconnected; once there is
 * a new daemon each listener was told exactly once to read again, and all watches tell of changes.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReconnectTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");
    private static final QubesDbPath DIRECTORY = new QubesDbPath("/d/");

    /**
     * What goes over the socket in {@link Conversation#run}, both directions: WATCH and OK three times; WRITE, OK and
     * an event; WRITE, OK and two events; LIST with its entry and end; MULTIREAD with two and the end.
     */
    private static final int[] MESSAGES = {
        72, 72, 72, 72, 72, 72, 77, 72, 72, 77, 72, 72, 72, 72, 72, 72, 72, 77, 77, 72
    };

    @TempDir
    private Path folder;

    /** A client with three watches of two listeners, and what became of its commands. */
    private static final class Conversation {
        private final QubesDb db;
        private final Recorder both = new Recorder();
        private final List<String> lost = new ArrayList<>();
        private @Nullable Watch key;
        private @Nullable Watch directory;
        private @Nullable WatchStream stream;

        Conversation(QubesDb db) {
            this.db = db;
        }

        /** A command. */
        interface Command<T> {
            T run() throws QubesDbException, InterruptedException;
        }

        private <T> @Nullable T answerOrLost(String name, Command<T> command) throws InterruptedException {
            try {
                return command.run();
            } catch (QubesDbException e) {
                assertThat(e).as(name).isInstanceOf(QubesDbDisconnectedException.class);
                lost.add(name);
                return null;
            }
        }

        private void run() throws InterruptedException {
            key = answerOrLost("watch", () -> db.watch(KEY, both));
            directory = answerOrLost("watch", () -> db.watch(DIRECTORY, both));
            stream = answerOrLost("watch", () -> db.watch(List.of(DIRECTORY)));
            answerOrLost("write", () -> write(KEY));
            answerOrLost("write", () -> write(new QubesDbPath("/d/a")));
            List<QubesDbPath> listed = answerOrLost("list", () -> db.listDirectory(DIRECTORY));
            assertThat(listed).isIn(null, List.of(new QubesDbPath("/d/a")));
            var read = answerOrLost("read", db::readAll);
            assertThat(read == null ? 2 : read.size()).isEqualTo(2);
        }

        private boolean write(QubesDbPath path) throws QubesDbException, InterruptedException {
            db.write(path, "value");
            return true;
        }

        /** Watches what could not be watched before. */
        private void watchAgain() throws Exception {
            key = key == null ? db.watch(KEY, both) : key;
            directory = directory == null ? db.watch(DIRECTORY, both) : directory;
            stream = stream == null ? db.watch(List.of(DIRECTORY)) : stream;
        }
    }

    static IntStream steps() {
        int[] ends = Arrays.copyOf(MESSAGES, MESSAGES.length);
        Arrays.parallelPrefix(ends, Integer::sum);
        return IntStream.concat(
                IntStream.of(0),
                IntStream.range(0, ends.length).flatMap(i -> IntStream.of(ends[i] - MESSAGES[i] / 2, ends[i])));
    }

    @ParameterizedTest(name = "killed after {0} bytes")
    @MethodSource("steps")
    void afterTheDaemonWasKilledEverythingGoesOn(int bytes) throws Exception {
        try (CuttingProxy proxy = new CuttingProxy(folder);
                QubesDbClient db = QubesDbClient.of("work", proxy.options().repeating(true, true))) {
            proxy.kill();
            proxy.start(bytes);
            Conversation conversation = new Conversation(db);
            conversation.run();
            Waiting.until("killed", proxy::isKilled);
            boolean watched = conversation.key != null || conversation.directory != null;
            boolean streamed = conversation.stream != null;

            proxy.startForGood();
            List<String> before = readUntilNotice(conversation.both, watched);
            List<String> streamedBefore = readUntilNotice(conversation.stream, streamed);
            conversation.watchAgain();

            assertThat(before).doesNotHaveDuplicates();
            assertThat(streamedBefore).isSubsetOf("/d/a");
            assertWatchesTell(proxy, conversation);
        }
    }

    /** What came before the notice to read again, which comes if there was a watch. */
    private static List<String> readUntilNotice(Recorder recorder, boolean watched) throws InterruptedException {
        List<String> before = new ArrayList<>();
        String next = watched ? recorder.next() : Recorder.RESYNCHRONISE;
        while (!next.equals(Recorder.RESYNCHRONISE)) {
            assertThat(next).isIn("/key", "/d/a");
            before.add(next);
            next = recorder.next();
        }
        return before;
    }

    private static List<String> readUntilNotice(@Nullable WatchStream stream, boolean watched)
            throws InterruptedException {
        List<String> before = new ArrayList<>();
        while (watched && stream != null) {
            WatchStream.Event next = stream.next(CommandContract.LIMIT).orElseThrow();
            if (next instanceof WatchStream.Changed changed) {
                before.add(changed.untrustedPath().text());
            } else {
                break;
            }
        }
        return before;
    }

    /** Each watch once for each change, and no further notice. */
    private static void assertWatchesTell(CuttingProxy proxy, Conversation conversation) throws Exception {
        try (QubesDb other = proxy.directClient()) {
            other.write(KEY, "new");
            other.write(new QubesDbPath("/d/new"), "new");
            other.write(KEY, "last");
            other.write(new QubesDbPath("/d/last"), "last");
        }
        assertThat(conversation.both.next(4)).containsExactly("/key", "/d/new", "/key", "/d/last");
        assertThat(conversation.stream.next(CommandContract.LIMIT))
                .contains(new WatchStream.Changed(new QubesDbPath("/d/new")));
        assertThat(conversation.stream.next(CommandContract.LIMIT))
                .contains(new WatchStream.Changed(new QubesDbPath("/d/last")));
        assertThat(conversation.both.rest()).isEmpty();
        assertThat(conversation.stream.next(Duration.ZERO)).isEmpty();
    }

    @Test
    void withoutAKillTheConversationHasTheBytesThatAreCounted() throws Exception {
        int all = Arrays.stream(MESSAGES).sum();
        try (CuttingProxy proxy = new CuttingProxy(folder);
                QubesDbClient db = QubesDbClient.of("work", proxy.options())) {
            proxy.kill();
            proxy.start(all + 1);
            Conversation conversation = new Conversation(db);
            conversation.run();

            Waiting.until("all but one byte went over", () -> proxy.bytesLeft() == 1);
            assertThat(conversation.lost).isEmpty();
        }
    }
}
