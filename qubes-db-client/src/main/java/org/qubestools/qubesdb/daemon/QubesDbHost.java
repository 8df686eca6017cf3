package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.file.Path;

/** Serves any number of domains by one thread. Safe for several threads. */
public final class QubesDbHost implements AutoCloseable {
    private final Loop loop;

    private QubesDbHost(Loop loop) {
        this.loop = loop;
    }

    /** Starts the thread, which serves nothing yet. */
    public static QubesDbHost open() throws IOException {
        return new QubesDbHost(new Loop("qubesdb-daemon"));
    }

    /**
     * Serves a domain; returns when clients can connect.
     *
     * @param folder where the sockets go; made, for the user alone, if it is not there
     * @throws DaemonRunsException if that domain is served already
     */
    public QubesDbDaemon start(Path folder, String domain, DaemonOptions options)
            throws IOException, InterruptedException {
        return QubesDbDaemon.start(loop, folder, domain, options);
    }

    /** Ends the thread; the daemons are to be closed before. */
    @Override
    public void close() throws IOException {
        try {
            loop.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
