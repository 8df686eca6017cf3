package org.qubestools.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the project that are on no class path. */
public final class ProjectFiles {
    private ProjectFiles() {}

    /** The directory of the whole project, wherever below it the tests run. */
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    public static Path exitCodes() {
        return root().resolve("docs/exit-codes.md");
    }

    public static Path json() {
        return root().resolve("docs/json.md");
    }

    public static Path readme() {
        return root().resolve("README.md");
    }

    /** A store of R3.2 form with six VMs: dom0, fedora-23, sys-net, sys-firewall, work, vault. */
    public static Path smallStore() {
        return root().resolve("scripts/dist/training.xml");
    }
}
