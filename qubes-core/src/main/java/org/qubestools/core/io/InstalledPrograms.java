package org.qubestools.core.io;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The programs of this host. */
final class InstalledPrograms implements HostPrograms {
    static final InstalledPrograms INSTANCE = new InstalledPrograms();

    private InstalledPrograms() {}

    @Override
    public boolean isInstalled(String fixedPath) {
        return Files.isExecutable(Path.of(fixedPath));
    }

    @Override
    public void run(List<String> command) {
        Subprocess.of(command).run().requireSuccess();
    }
}
