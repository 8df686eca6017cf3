package org.qubestools.core.runtime;

import java.nio.file.Files;
import java.util.List;
import org.qubestools.core.io.RealPaths;

/** Which units of systemd this host has. */
final class SystemdUnits {
    private static final List<String> FOLDERS =
            List.of("/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/");

    private final RealPaths paths;

    SystemdUnits(RealPaths paths) {
        this.paths = paths;
    }

    /** Whether systemd runs here at all. */
    boolean isRunning() {
        return Files.isDirectory(paths.real("/run/systemd/system"));
    }

    /** Whether an administrator, or a package, has installed this unit. */
    boolean has(String unit) {
        return FOLDERS.stream().anyMatch(folder -> Files.exists(paths.real(folder + unit)));
    }
}
