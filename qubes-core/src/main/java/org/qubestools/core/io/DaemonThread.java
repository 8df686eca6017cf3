package org.qubestools.core.io;

/** A thread beside the caller's that does not keep the process alive. */
public final class DaemonThread {
    private DaemonThread() {}

    /** Starts {@code work}, which handles its failures itself, in a thread of this name. */
    public static void start(String name, Runnable work) {
        TaskScope.thread(name, work).start();
    }
}
