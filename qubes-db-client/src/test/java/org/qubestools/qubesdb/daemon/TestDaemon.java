package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.qubestools.qubesdb.Deadline;

/** A daemon of a domain called work, with its log. */
final class TestDaemon implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long POLL = Duration.ofMillis(2).toNanos();

    final List<String> log = new CopyOnWriteArrayList<>();
    final QubesDbDaemon daemon;
    private final Path folder;

    private TestDaemon(Path folder, DaemonOptions options) throws IOException, InterruptedException {
        this.folder = folder;
        this.daemon = QubesDbDaemon.start(folder, "work", options.withLog(log::add));
    }

    static TestDaemon start(Path folder) throws IOException, InterruptedException {
        return start(folder, DaemonOptions.DEFAULT);
    }

    static TestDaemon start(Path folder, DaemonOptions options) throws IOException, InterruptedException {
        return new TestDaemon(folder, options);
    }

    RawClient client() throws IOException {
        return RawClient.connect(folder.resolve("qubesdb.work.sock"));
    }

    RawClient readOnlyClient() throws IOException {
        return RawClient.connect(folder.resolve("qubesdb.work.ro.sock"));
    }

    /** Waits for something that comes by itself. */
    static void until(String what, BooleanSupplier condition) {
        Deadline deadline = Deadline.in(LIMIT.toNanos());
        while (!condition.getAsBoolean()) {
            if (deadline.isReached()) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            LockSupport.parkNanos(POLL);
        }
    }

    @Override
    public void close() throws IOException {
        daemon.close();
    }
}
