package org.qubestools.core.io;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns the end of the process by a signal into an interrupt of the thread that made the guard, and gives it a moment to
 * clean up. Closed when the work is over.
 */
public final class ExitGuard implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 5000;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread worker = Thread.currentThread();
    private final Thread hook = TaskScope.thread("exit-guard", this::cancel);

    /** Guards the calling thread from now on. */
    public ExitGuard() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void cancel() {
        worker.interrupt();
        try {
            if (!over.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return; // the process ends all the same; the next run clears what is left
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            Thread.interrupted(); // the process is ending; the interrupt has done its work
        }
    }
}
