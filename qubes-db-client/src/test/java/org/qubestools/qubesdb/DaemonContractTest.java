package org.qubestools.qubesdb;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** The client keeps the contract with the embedded daemon, through a real socket. */
final class DaemonContractTest extends QubesDbContract {
    @TempDir
    private static Path folder;

    private static QubesDbDaemon daemon;

    @Override
    void prepare() throws Exception {
        startDaemon();
    }

    @Override
    void startDaemon() throws Exception {
        if (daemon == null) {
            daemon = QubesDbDaemon.start(folder, "work", DaemonOptions.DEFAULT);
        }
    }

    @AfterEach
    @Override
    void stopDaemon() throws Exception {
        if (daemon != null) {
            daemon.close();
            daemon = null;
        }
    }

    @Override
    QubesDb open() {
        return QubesDbClient.of("work", QubesDbOptions.of(new QubesDbSockets(folder)));
    }
}
