package org.qubestools.cli;

import org.qubestools.cli.frame.Host;

/** Turns the end of the process by a signal into a wish to stop, and waits for the run to leave on its own. */
final class InterruptHook implements Host.Registration {
    /** A VM that is shut down first is killed after a minute, and looked after for ten seconds more. */
    private static final long PATIENCE_MILLIS = 90_000;

    private final Thread hook;

    private InterruptHook(Thread hook) {
        this.hook = hook;
    }

    /** For a run in the calling thread, which ends the process with its exit code. */
    static InterruptHook register(Runnable cancel) {
        Thread run = Thread.currentThread();
        Thread hook = new Thread(() -> cancelAndWait(cancel, run), "qvm-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        return new InterruptHook(hook);
    }

    private static void cancelAndWait(Runnable cancel, Thread run) {
        cancel.run();
        try {
            run.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already: the hook waits for this thread.
            return;
        }
    }
}
