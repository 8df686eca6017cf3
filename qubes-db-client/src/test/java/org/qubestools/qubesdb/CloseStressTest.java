package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** Close and interrupts at any moment of what other threads do. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CloseStressTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");

    @TempDir
    private Path folder;

    /** Does it again and again until the client is closed. */
    private static Callable<String> untilClosed(Callable<?> work) {
        return () -> {
            try {
                while (true) {
                    work.call();
                }
            } catch (QubesDbDisconnectedException e) {
                return "closed";
            } catch (IllegalStateException e) {
                return e.getMessage().contains("closed") ? "closed" : e.toString();
            }
        };
    }

    /** Waits for events until the stream ends. */
    private static String readToTheEnd(WatchStream stream) throws InterruptedException {
        while (stream.next().isPresent()) {
            // Whatever it is.
        }
        return "ended";
    }

    @Test
    void closeEndsWhateverIsUnderWay() throws Exception {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        try (QubesDbDaemon daemon = QubesDbDaemon.start(folder, "work", DaemonOptions.DEFAULT)) {
            for (int round = 0; round < 300; round++) {
                QubesDb db = QubesDbClient.of("work", QubesDbOptions.of(new QubesDbSockets(folder)));
                List<FutureTask<String>> tasks = new ArrayList<>();
                tasks.add(Waiting.beside(untilClosed(() -> db.read(KEY))));
                tasks.add(Waiting.beside(untilClosed(() -> {
                    db.write(KEY, "value");
                    return "written";
                })));
                tasks.add(Waiting.beside(untilClosed(() -> {
                    db.watch(KEY, new Recorder()).close();
                    return "watched";
                })));
                tasks.add(Waiting.beside(untilClosed(() -> readToTheEnd(db.watch(List.of(KEY))))));
                for (int i = random.nextInt(2000); i > 0; i--) {
                    Thread.onSpinWait();
                }

                db.close();

                for (FutureTask<String> task : tasks) {
                    assertThat(task.get()).as("seed %d, round %d", seed, round).isEqualTo("closed");
                }
            }
        }
        Waiting.until(
                "no thread is left, seed " + seed,
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("qubesdb")));
    }

    @Test
    void interruptsNeverCloseTheConnection() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, ScriptedDaemon.Peer::answerAll);
                QubesDb db = daemon.strictClient()) {
            db.read(KEY);
            FutureTask<Integer> reading = new FutureTask<>(() -> {
                int interrupted = 0;
                while (interrupted < 300) {
                    try {
                        assertThat(db.read(KEY)).isPresent();
                        assertThat(db.readAll()).hasSize(3);
                    } catch (InterruptedException e) {
                        interrupted++;
                    }
                }
                return interrupted;
            });
            Thread thread = Background.start("test-reading", reading);
            while (!reading.isDone()) {
                thread.interrupt();
                Thread.onSpinWait();
            }

            assertThat(reading.get()).isEqualTo(300);
            assertThat(db.read(KEY)).isPresent();
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }
}
