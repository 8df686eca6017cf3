package org.qubestools.qubesdb;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Connects again in the background, for watches that wait for nothing but that: after half a second, then less often. */
final class Reconnector {
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final String name;
    private final BooleanSupplier needed;
    private final Attempt attempt;
    private @Nullable Thread thread;

    /** One attempt, which may fail without a word. */
    interface Attempt {
        void run() throws InterruptedException;
    }

    /** {@code needed}: whether to try (again); asked under a lock. */
    Reconnector(String name, BooleanSupplier needed, Attempt attempt) {
        this.name = name;
        this.needed = needed;
        this.attempt = attempt;
    }

    /** Sees to it that it is tried, if it is needed. What made it so came before. */
    synchronized void start() {
        if (thread == null && needed.getAsBoolean()) {
            thread = Background.start("qubesdb-reconnect " + name, this::attemptAll);
        }
    }

    private void attemptAll() {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (pauseIfNeeded(pause)) {
                attempt.run();
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // of no one we know
        }
    }

    /** False if it is not needed any more; this thread has no successor before that is known here. */
    private synchronized boolean pauseIfNeeded(long millis) throws InterruptedException {
        Deadline end = Deadline.in(TimeUnit.MILLISECONDS.toNanos(millis));
        long left = end.millisLeft();
        while (left > 0 && needed.getAsBoolean()) {
            wait(left);
            left = end.millisLeft();
        }
        if (needed.getAsBoolean()) {
            return true;
        }
        thread = null;
        return false;
    }

    /** Waits for the end of the attempts, which are not needed any more; not if the caller is one of them. */
    void join() throws InterruptedException {
        Thread running;
        synchronized (this) {
            notifyAll();
            running = thread;
        }
        if (running != null && running != Thread.currentThread()) {
            running.join();
        }
    }
}
