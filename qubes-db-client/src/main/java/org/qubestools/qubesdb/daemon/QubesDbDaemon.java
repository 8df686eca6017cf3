package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.Deadline;
import org.qubestools.qubesdb.QubesDbSockets;

/**
 * Serves the database of one domain: empty at first, gone at the end. Nothing that a client does keeps it from serving
 * the others, and nothing that comes over the link keeps it from serving clients. Safe for several threads.
 */
public final class QubesDbDaemon implements AutoCloseable {
    /** How long clients may take to fetch what is theirs at the end. */
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Loop loop;
    private final boolean ownLoop;
    private final DomainService service;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Reaches zero when the clients have what is theirs. */
    private final CountDownLatch flushed = new CountDownLatch(1);

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

    /**
     * Serves the domain that this runs in: its sockets are {@code qubesdb.sock} and {@code qubesdb.ro.sock}. With a link
     * they appear when dom0 has given its content; see {@link #awaitServing}.
     */
    public static QubesDbDaemon startLocal(Path folder, DaemonOptions options)
            throws IOException, InterruptedException {
        return startAlone(folder, null, options);
    }

    private static QubesDbDaemon startAlone(Path folder, @Nullable String domain, DaemonOptions options)
            throws IOException {
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

    static QubesDbDaemon start(Loop loop, Path folder, String domain, DaemonOptions options) throws IOException {
        QubesDbSockets.requireName(domain);
        DomainService service = loop.call(() -> DomainService.start(loop, folder, domain, options));
        return new QubesDbDaemon(loop, false, service);
    }

    /** Waits until clients can connect: with a link to dom0 that may take a while. False if it takes longer than this. */
    public boolean awaitServing(Duration limit) throws InterruptedException {
        return service.served().await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How far the link is. */
    public LinkState linkState() {
        return service.link().state();
    }

    /**
     * Uses a connection to the other side as the link, for {@link DaemonLink#HANDED_OVER}. It belongs to the daemon then, in
     * any case.
     *
     * @throws IOException if there is a link already
     */
    public void link(SocketChannel connected) throws IOException {
        loop.call(() -> {
            service.link().handOver(connected);
            return true;
        });
    }

    /**
     * Ends: answers that are on their way go out, within a second; then the files are gone. Closing twice is safe;
     * only the first call waits. An interrupt shortens that second.
     */
    @Override
    public void close() throws IOException {
        close(List.of(this));
    }

    /** Ends several, within one second all together. */
    static void close(List<QubesDbDaemon> daemons) throws IOException {
        IOException failure = null;
        List<QubesDbDaemon> open = new ArrayList<>();
        for (QubesDbDaemon daemon : daemons) {
            if (daemon.closed.compareAndSet(false, true)) {
                open.add(daemon);
            }
        }
        boolean interrupted = false;
        try {
            Deadline limit = Deadline.in(FLUSH_NANOS);
            for (QubesDbDaemon daemon : open) {
                daemon.finish();
            }
            for (QubesDbDaemon daemon : open) {
                daemon.flushed.await(Math.max(0, limit.millisLeft()), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (IOException e) {
            failure = e;
        }
        for (QubesDbDaemon daemon : open) {
            try {
                daemon.end();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void finish() throws IOException {
        loop.call(() -> {
            service.finish(flushed::countDown);
            return true;
        });
    }

    private void end() throws IOException {
        try {
            loop.call(() -> {
                service.end();
                return true;
            });
        } finally {
            if (ownLoop) {
                loop.close();
            }
        }
    }

    boolean isClosed() {
        return closed.get();
    }
}
