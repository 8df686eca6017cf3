package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attempts as long as they are needed, by one thread at a time. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReconnectorTest {
    private final AtomicBoolean needed = new AtomicBoolean();
    private final List<Thread> attempts = new CopyOnWriteArrayList<>();
    private int enough = 1;
    private final Reconnector reconnector = new Reconnector("test", new Attempts());

    private final class Attempts implements Reconnector.Attempts {
        @Override
        public boolean areNeeded() {
            return needed.get();
        }

        @Override
        public void attempt() {
            attempted();
        }
    }

    private void attempted() {
        attempts.add(Thread.currentThread());
        if (attempts.size() == enough) {
            needed.set(false);
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("qubesdb-reconnect test"))
                .count();
    }

    @Test
    void whatIsNotNeededIsNotTried() throws Exception {
        reconnector.start();
        reconnector.startSoon();
        reconnector.join();

        assertThat(attempts).isEmpty();
        assertThat(threads()).isZero();
    }

    @Test
    void itIsTriedByOneThreadUntilItIsNotNeededAnyMore() throws Exception {
        enough = 2;
        needed.set(true);
        for (int i = 0; i < 10; i++) {
            reconnector.start();
        }
        assertThat(threads()).isEqualTo(1);
        Waiting.until("two attempts", () -> attempts.size() == 2);
        reconnector.join();

        assertThat(attempts.get(0)).isSameAs(attempts.get(1));
        assertThat(threads()).isZero();
    }

    @Test
    void itIsTriedAgainWhenItIsNeededAgain() throws Exception {
        needed.set(true);
        reconnector.start();
        Waiting.until("one attempt", () -> attempts.size() == 1);
        reconnector.join();
        enough = 2;
        needed.set(true);
        reconnector.startSoon();
        Waiting.until("another", () -> attempts.size() == 2);
        reconnector.join();

        assertThat(attempts).hasSize(2);
    }

    @Test
    void aPauseEndsWhenItIsNotNeededAnyMore() throws Exception {
        needed.set(true);
        reconnector.start();
        needed.set(false);

        reconnector.join();

        assertThat(attempts).isEmpty();
    }
}
