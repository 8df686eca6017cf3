package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** A daemon of ours for one case, in a folder of its own. */
final class DbWorld implements AutoCloseable {
    /** Number of the domain, as it is in the name of the socket of its link. */
    static final int DOMAIN_ID = 1;

    private final Path folder;
    private final QubesDbDaemon daemon;

    private DbWorld(Path folder, QubesDbDaemon daemon) {
        this.folder = folder;
        this.daemon = daemon;
    }

    /** In a new folder below this one. */
    static DbWorld start(Path temporary) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(temporary, "db");
        return new DbWorld(folder, QubesDbDaemon.start(folder, DbSteps.DOMAIN, DaemonOptions.DEFAULT));
    }

    Path folder() {
        return folder;
    }

    /** Whether a VM can connect. */
    boolean hasLink() {
        return Files.exists(DbDaemonCase.socket(folder, "vchan"));
    }

    @Override
    public void close() throws IOException {
        daemon.close();
    }
}
