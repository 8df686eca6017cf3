package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.qubesdb.daemon.DaemonLink;
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
        return start(Files.createTempDirectory(temporary, "db"), DaemonOptions.DEFAULT);
    }

    /** The same, and waits for a VM. */
    static DbWorld startWithLink(Path temporary) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(temporary, "db");
        Files.createDirectory(folder.resolve("vchan"));
        DaemonLink link = new DaemonLink.Listen(DbDaemonCase.socket(folder, "vchan"));
        return start(folder, DaemonOptions.DEFAULT.withLink(link));
    }

    private static DbWorld start(Path folder, DaemonOptions options) throws IOException, InterruptedException {
        return new DbWorld(folder, QubesDbDaemon.start(folder, DbSteps.DOMAIN, options));
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        daemon.close();
    }
}
