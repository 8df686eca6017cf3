package org.qubestools.core.io;

import java.time.Duration;

/** Lets the current thread wait; tests pass one that only moves a clock. */
@FunctionalInterface
public interface Sleeper {
    /** Really waits. */
    Sleeper SYSTEM = new Sleeper() {
        @Override
        public void sleep(Duration time) throws InterruptedException {
            Thread.sleep(time.toMillis());
        }
    };

    void sleep(Duration time) throws InterruptedException;
}
