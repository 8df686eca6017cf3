package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several threads use and refresh one client while its daemon dies again and again at any byte. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReconnectStressTest {
    private static final int ROUNDS = 20;
    private static final int THREADS = 4;
    private static final int LISTENERS = 3;

    @TempDir
    private Path folder;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();

    /** Uses the client until it is over; what is no answer is Disconnected. */
    private Object use(QubesDb db, int number) throws Exception {
        QubesDbPath own = new QubesDbPath("/own/" + number);
        Random random = new Random(number);
        while (!over.get()) {
            try {
                switch (random.nextInt(5)) {
                    case 0 -> db.write(own, "value");
                    case 1 -> db.remove(own);
                    case 2 -> db.listPrefix("");
                    case 3 -> db.watch(own, new Recorder()).close();
                    default ->
                        assertThat(db.read(own)
                                        .map(UntrustedValue::untrustedText)
                                        .orElse("value"))
                                .isEqualTo("value");
                }
                answers.incrementAndGet();
                if (random.nextInt(200) == 0) {
                    db.refresh();
                }
            } catch (QubesDbDisconnectedException e) {
                Thread.onSpinWait(); // of course
            }
        }
        return "done";
    }

    @Test
    void nothingIsLostOrToldTwice() throws Exception {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        try (CuttingProxy proxy = new CuttingProxy(folder);
                QubesDb db = QubesDbClient.of("work", proxy.options())) {
            List<Recorder> recorders = new ArrayList<>();
            List<AtomicInteger> notices = new ArrayList<>();
            for (int i = 0; i < LISTENERS; i++) {
                recorders.add(new Recorder());
                notices.add(new AtomicInteger());
                db.watch(new QubesDbPath("/d/"), recorders.get(i));
            }
            for (int round = 0; round < ROUNDS; round++) {
                over.set(false);
                List<FutureTask<Object>> users = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    int number = i;
                    users.add(Waiting.beside(() -> use(db, number)));
                }
                int before = answers.get();
                Waiting.until("some answers", () -> answers.get() > before + 50);
                proxy.kill();
                proxy.start(1 + random.nextInt(5000));
                Waiting.until("killed", proxy::isKilled);
                proxy.startForGood();
                over.set(true);
                for (FutureTask<Object> user : users) {
                    assertThat(user.get()).as("seed %d", seed).isEqualTo("done");
                }
                assertToldOnce(db, proxy, recorders, notices, round, seed);
            }
            assertThat(notices.get(0).get()).as("seed %d", seed).isGreaterThanOrEqualTo(ROUNDS);
            assertThat(notices.stream().map(AtomicInteger::get).distinct())
                    .as("seed %d: all listeners were told as often", seed)
                    .hasSize(1);
        }
    }

    private static void assertToldOnce(
            QubesDb db, CuttingProxy proxy, List<Recorder> recorders, List<AtomicInteger> notices, int round, long seed)
            throws Exception {
        db.listPrefix(""); // connected now, if it was not
        try (QubesDb other = proxy.directClient()) {
            other.write(new QubesDbPath("/d/round" + round), "");
            other.write(new QubesDbPath("/d/end" + round), "");
        }
        for (int i = 0; i < recorders.size(); i++) {
            List<String> told = new ArrayList<>();
            String next = recorders.get(i).next();
            while (next.equals(Recorder.RESYNCHRONISE) || next.equals("/d/round" + round)) {
                told.add(next);
                next = recorders.get(i).next();
            }
            assertThat(next).as("seed %d", seed).isEqualTo("/d/end" + round);
            assertThat(told.stream().filter(path -> path.startsWith("/d/")))
                    .as("seed %d", seed)
                    .hasSize(1);
            notices.get(i).addAndGet(told.size() - 1);
            assertThat(recorders.get(i).rest()).as("seed %d", seed).isEmpty();
        }
    }
}
