package org.qubestools.qubesdb;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The client keeps the contract with a daemon of others. All keys of that daemon are removed. */
@EnabledIfEnvironmentVariable(
        named = ExternalDaemonContractTest.SOCKET,
        matches = ".+",
        disabledReason = ExternalDaemonContractTest.SOCKET + " names no socket of a daemon to be tested")
final class ExternalDaemonContractTest extends QubesDbContract {
    static final String SOCKET = "QUBESDB_TEST_SOCKET";

    @TempDir
    private Path folder;

    @Override
    void prepare() throws Exception {
        Files.createSymbolicLink(folder.resolve("qubesdb.work.sock"), Path.of(System.getenv(SOCKET)));
    }

    @Override
    QubesDb open() {
        return QubesDbClient.of("work", QubesDbOptions.of(new QubesDbSockets(folder)));
    }

    @Override
    void stopDaemon() {
        Assumptions.abort("the daemon of others is not stopped");
    }

    @Override
    void startDaemon() {
        Assumptions.abort("the daemon of others is not started");
    }
}
