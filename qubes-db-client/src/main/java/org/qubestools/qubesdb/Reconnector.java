package org.qubestools.qubesdb;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Connects again in the background, for watches that wait for nothing but that: after half a second, then less often. */
final class Reconnector {
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final String name;
    private final Attempts attempts;
    private @Nullable Thread thread;
    private long pause = FIRST_PAUSE_MILLIS;
    private boolean soon;

    /** What is tried. */
    interface Attempts {
        /** Whether to try (again); asked under a lock. */
        boolean areNeeded();

        /** One attempt, which may fail without a word. */
        void attempt() throws InterruptedException;
    }

    Reconnector(String name, Attempts attempts) {
        this.name = name;
        this.attempts = attempts;
    }

    /** Sees to it that it is tried, if it is needed. What made it so came before. */
    synchronized void start() {
        if (thread == null && attempts.areNeeded()) {
            thread = Background.start("qubesdb-reconnect " + name, this::attemptAll);
        }
    }

    /** The same, with the shortest pause, as after a connection that was good or when there is new hope. */
    synchronized void startSoon() {
        soon = true;
        notifyAll();
        start();
    }

    private void attemptAll() {
        try {
            while (pauseIfNeeded()) {
                attempts.attempt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // of no one we know
        }
    }

    /** False if it is not needed any more; this thread has no successor before that is known here. */
    private synchronized boolean pauseIfNeeded() throws InterruptedException {
        Deadline end = pauseEnd();
        long left = end.millisLeft();
        while (left > 0 && attempts.areNeeded()) {
            wait(left);
            end = soon ? pauseEnd() : end;
            left = end.millisLeft();
        }
        if (attempts.areNeeded()) {
            return true;
        }
        thread = null;
        pause = FIRST_PAUSE_MILLIS;
        return false;
    }

    /** The end of the pause that begins now; the next one is twice as long. */
    private Deadline pauseEnd() {
        if (soon) {
            soon = false;
            pause = FIRST_PAUSE_MILLIS;
        }
        Deadline end = Deadline.in(TimeUnit.MILLISECONDS.toNanos(pause));
        pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        return end;
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
