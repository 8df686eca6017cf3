package org.qubestools.core.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.io.WaitTime;

/** Time that only passes by sleeping, and then at once. */
final class JumpingTime implements WaitTime {
    private final List<Long> sleeps = new ArrayList<>();
    private long now;

    @Override
    public long millis() {
        return now;
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        sleeps.add(time.toMillis());
        now += time.toMillis();
    }

    /** Every sleep so far, in milliseconds. */
    List<Long> sleeps() {
        return List.copyOf(sleeps);
    }
}
