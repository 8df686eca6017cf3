package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.QubesDbSockets;

/**
 * Serves the database of one domain: empty at first, gone at the end. Nothing that a client does keeps it from serving
 * the others.
 */
public final class QubesDbDaemon implements AutoCloseable {
    /** How long clients may take to fetch what is theirs at the end. */
    private static final long FLUSH_MILLIS = 1000;

    private final Loop loop;
    private final boolean ownLoop;
    private final DomainService service;
    private boolean closed;

    private QubesDbDaemon(Loop loop, boolean ownLoop, DomainService service) {
        this.loop = loop;
        this.ownLoop = ownLoop;
        this.service = service;
    }

    /** Serves a domain by a thread of its own; see {@link QubesDbHost#start}. */
    public static QubesDbDaemon start(Path folder, String domain, DaemonOptions options)
            throws IOException, InterruptedException {
        QubesDbSockets.requireName(domain);
        return startAlone(folder, domain, options);
    }

    /** Serves the domain that this runs in: its sockets are {@code qubesdb.sock} and {@code qubesdb.ro.sock}. */
    public static QubesDbDaemon startLocal(Path folder, DaemonOptions options)
            throws IOException, InterruptedException {
        return startAlone(folder, null, options);
    }

    private static QubesDbDaemon startAlone(Path folder, @Nullable String domain, DaemonOptions options)
            throws IOException, InterruptedException {
        Loop loop = new Loop("qubesdb-daemon");
        boolean started = false;
        try {
            DomainService service = loop.call(() -> DomainService.start(loop, folder, domain, options));
            started = true;
            return new QubesDbDaemon(loop, true, service);
        } finally {
            if (!started) {
                loop.close();
            }
        }
    }

    static QubesDbDaemon start(Loop loop, Path folder, String domain, DaemonOptions options)
            throws IOException, InterruptedException {
        QubesDbSockets.requireName(domain);
        DomainService service = loop.call(() -> DomainService.start(loop, folder, domain, options));
        return new QubesDbDaemon(loop, false, service);
    }

    /** Ends: answers that are on their way go out, within a second; then the files are gone. Closing twice is safe. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            CountDownLatch flushed = new CountDownLatch(1);
            loop.call(() -> {
                service.finish(flushed::countDown);
                return true;
            });
            if (!flushed.await(FLUSH_MILLIS, TimeUnit.MILLISECONDS)) {
                service.log("clients that took no answers are given up");
            }
            loop.call(() -> {
                service.end();
                return true;
            });
            if (ownLoop) {
                loop.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the daemon ended", e);
        }
    }
}
