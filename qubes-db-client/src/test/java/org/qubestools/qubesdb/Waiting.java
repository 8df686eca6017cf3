package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;

/** Waiting for other threads, with a limit that only what hangs reaches. */
final class Waiting {
    static final int LIMIT_SECONDS = 60;

    private Waiting() {}

    /** Waits until this is true. */
    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        Deadline end = Deadline.in(LIMIT_SECONDS * 1_000_000_000L);
        while (!condition.getAsBoolean() && !end.isReached()) {
            Thread.sleep(1); // between two looks, not instead of one
        }
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }

    /** Does something in a thread of its own. */
    static <T> FutureTask<T> beside(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Background.start("test-beside", task);
        return task;
    }

    /** Waits until a thread waits for something in turn. */
    static void untilBlocked(Thread thread) throws InterruptedException {
        until(
                thread + " waits",
                () -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
    }
}
