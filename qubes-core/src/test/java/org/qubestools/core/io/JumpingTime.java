package org.qubestools.core.io;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that only passes by sleeping, and then at once. */
public final class JumpingTime implements WaitTime {
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
    public List<Long> sleeps() {
        return List.copyOf(sleeps);
    }
}
