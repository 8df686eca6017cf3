package org.qubestools.cli;

import org.qubestools.cli.frame.Host;

/** Turns the end of the process by a signal into a wish to stop, and waits for the run to leave on its own. */
final class InterruptHook extends Thread implements Host.Registration {
    /** A VM that is shut down first is killed after a minute, and looked after for ten seconds more. */
    private static final long PATIENCE_MILLIS = 90_000;

    private final Runnable cancel;
    private final Thread run;

    private InterruptHook(Runnable cancel, Thread run) {
        super("qvm-interrupt");
        this.cancel = cancel;
        this.run = run;
    }

    /** For a run in the calling thread, which ends the process with its exit code. */
    static InterruptHook register(Runnable cancel) {
        InterruptHook hook = new InterruptHook(cancel, Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    @Override
    public void run() {
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
            Runtime.getRuntime().removeShutdownHook(this);
        } catch (IllegalStateException e) {
            // The process is ending already: the hook waits for this thread.
            return;
        }
    }
}
