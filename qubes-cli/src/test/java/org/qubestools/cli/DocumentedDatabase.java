package org.qubestools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.qubestools.qubesdb.Deadline;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** The daemons that the tools for QubesDB are documented with, and someone who changes a key all the time. */
final class DocumentedDatabase implements AutoCloseable {
    private static final long PAUSE_MILLIS = 20;
    private static final long LIMIT_MILLIS = 10_000;

    private final QubesDbDaemon daemon;
    private final QubesDbClient client;
    private final Thread hostd;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean changing;

    private DocumentedDatabase(Path folder) throws IOException, InterruptedException {
        daemon = QubesDbDaemon.start(folder, "dom0", DaemonOptions.DEFAULT.asLocal());
        client = QubesDbClient.local(QubesDbOptions.of(new QubesDbSockets(folder)));
        ToolRunner runner = new ToolRunner().environment("QUBES_RUN_DIR", folder.toString());
        hostd = new Thread(() -> runner.run("qubesdb-hostd"));
    }

    static DocumentedDatabase start(Path folder) throws IOException, InterruptedException {
        DocumentedDatabase database = new DocumentedDatabase(folder);
        database.hostd.setDaemon(true);
        database.hostd.start();
        Deadline limit = Deadline.in(TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS));
        while (!Files.exists(folder.resolve("qubesdb-hostd.sock")) && !limit.isReached()) {
            database.end.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        Thread writer = new Thread(database::write);
        writer.setDaemon(true);
        writer.start();
        return database;
    }

    /** Whether to go on changing the key. */
    void changeAll(boolean wanted) {
        changing = wanted;
    }

    private void write() {
        try {
            while (!end.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                if (changing) {
                    client.write(new QubesDbPath("/name"), "work");
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        end.countDown();
        hostd.interrupt();
        hostd.join(LIMIT_MILLIS);
        client.close();
        daemon.close();
    }
}
