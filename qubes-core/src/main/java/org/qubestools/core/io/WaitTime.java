package org.qubestools.core.io;

import java.time.Duration;

/** The time that passes while something is waited for; says nothing about the date. Tests have one that only jumps. */
public interface WaitTime {
    /** The monotonic counter of the machine. */
    WaitTime SYSTEM = new WaitTime() {
        @Override
        public long millis() {
            return System.nanoTime() / 1_000_000;
        }

        @Override
        public void sleep(Duration time) throws InterruptedException {
            Thread.sleep(time.toMillis());
        }
    };

    /** Milliseconds since some moment in the past. */
    long millis();

    /** Lets the current thread wait. */
    void sleep(Duration time) throws InterruptedException;
}
