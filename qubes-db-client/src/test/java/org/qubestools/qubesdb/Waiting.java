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

    /** Waits until a thread waits for something in turn: for another thread, or for a socket, which Java calls running. */
    static void untilBlocked(Thread thread) throws InterruptedException {
        until(thread + " waits", () -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            case RUNNABLE -> selects(thread.getStackTrace());
            default -> false;
        });
    }

    private static boolean selects(StackTraceElement[] stack) {
        return stack.length > 0
                && stack[0].isNativeMethod()
                && stack[0].getClassName().equals("sun.nio.ch.EPoll");
    }
}
