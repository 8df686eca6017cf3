package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.qubestools.core.io.JumpingTime;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.qubesdb.InMemoryQubesDb;
import org.qubestools.qubesdb.QubesDbPath;

final class KeyWatchesTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");

    private final QubesVm work =
            QubesVm.stored(0, VmClass.APP, new NewVm(VmClass.APP, "work", 1, 0, Pools.DEFAULT).attributes());
    private final InMemoryQubesDb.Domain domain = new InMemoryQubesDb.Domain("work");
    private final AtomicInteger attempts = new AtomicInteger();
    private final JumpingTime time = new JumpingTime();
    private final SignalQueue queue = new SignalQueue(10);
    private final KeyWatches watches = new KeyWatches(
            vm -> {
                attempts.incrementAndGet();
                return domain.client();
            },
            List.of(KEY),
            queue,
            time);

    private void passes(Duration limit) throws InterruptedException {
        long end = time.millis() + limit.toMillis();
        while (time.millis() < end) {
            time.sleep(Duration.ofMillis(Math.max(1, watches.pause(end - time.millis()))));
            watches.retry();
        }
    }

    @Test
    void aDaemonThatComesWithinAMinuteIsWatchedWithoutAGap() throws Exception {
        domain.stop();
        watches.begin(work);
        passes(Duration.ofSeconds(30));
        domain.start();
        passes(Duration.ofSeconds(1));

        domain.client().write(KEY, "1");

        assertThat(queue.take(30_000)).isEqualTo(new SignalQueue.Key("work", KEY));
    }

    @Test
    void aDaemonThatComesAfterAnHourIsWatchedAndTheGapTold() throws Exception {
        domain.stop();
        watches.begin(work);
        passes(Duration.ofHours(1));
        assertThat(attempts.get()).as("seldom after the first minute").isBetween(121 + 300, 121 + 360);
        domain.start();
        passes(Duration.ofSeconds(10));

        domain.client().write(KEY, "1");

        assertThat(queue.take(30_000)).isEqualTo(new SignalQueue.Resynchronised("work"));
        assertThat(queue.take(30_000)).isEqualTo(new SignalQueue.Key("work", KEY));
    }

    @Test
    void aVmThatStopsIsTriedNoLonger() throws Exception {
        domain.stop();
        watches.begin(work);
        watches.end("work");
        int before = attempts.get();

        passes(Duration.ofMinutes(2));

        assertThat(attempts.get()).isEqualTo(before);
    }
}
