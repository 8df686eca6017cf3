package org.qubestools.qubesdb;

/** The threads of this library. They do not keep a process alive. */
public final class Background {
    private Background() {}

    /** Starts a thread. */
    public static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
