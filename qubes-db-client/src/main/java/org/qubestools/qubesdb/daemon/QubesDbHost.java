package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Serves any number of domains by one thread. Safe for several threads. */
public final class QubesDbHost implements AutoCloseable {
    private final Loop loop;
    /** Those that were started; guarded by itself. */
    private final List<QubesDbDaemon> daemons = new ArrayList<>();
    /** Guarded by the daemons. */
    private boolean closed;

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
        synchronized (daemons) {
            if (closed) {
                throw new IOException("the host of the daemons has ended");
            }
            QubesDbDaemon daemon = QubesDbDaemon.start(loop, folder, domain, options);
            daemons.removeIf(QubesDbDaemon::isClosed);
            daemons.add(daemon);
            return daemon;
        }
    }

    /** Ends the daemons that were not closed before, and the thread, within a second or so. Closing twice is safe. */
    @Override
    public void close() throws IOException {
        List<QubesDbDaemon> last;
        synchronized (daemons) {
            closed = true;
            last = List.copyOf(daemons);
            daemons.clear();
        }
        try {
            QubesDbDaemon.close(last);
        } finally {
            loop.close();
        }
    }
}
