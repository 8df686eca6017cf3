package org.qubestools.devices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Files and nodes of this host, by their paths as they are. */
public interface HostPaths {
    /** The file system. */
    HostPaths REAL = new Real();

    /** Whether the path leads to a file or a block device that can be read. */
    boolean exists(String path);

    /** Whether it leads to a block device. */
    boolean isBlockDevice(String path);

    /** The path without links; the path itself where nothing is there. */
    String canonical(String path);

    /** The part of a file that is behind a loop device or a partition of one; empty for all else. */
    Optional<FileExtent> fileBehind(String path);

    /** Whether two paths lead to one file; false where either leads nowhere. */
    boolean isSame(String one, String other);

    /** Asks the file system. */
    final class Real implements HostPaths {
        private static final int FILE_TYPE = 0170000;
        private static final int BLOCK_DEVICE = 0060000;

        private Real() {}

        @Override
        public boolean exists(String path) {
            try {
                Path file = Path.of(path);
                return Files.isReadable(file) && (Files.isRegularFile(file) || isBlockDevice(path));
            } catch (InvalidPathException e) {
                return false;
            }
        }

        @Override
        public boolean isBlockDevice(String path) {
            try {
                return ((Integer) Files.getAttribute(Path.of(path), "unix:mode") & FILE_TYPE) == BLOCK_DEVICE;
            } catch (IOException | InvalidPathException e) {
                return false;
            }
        }

        @Override
        public String canonical(String path) {
            try {
                return Path.of(path).toRealPath().toString();
            } catch (IOException | InvalidPathException e) {
                return path;
            }
        }

        @Override
        public Optional<FileExtent> fileBehind(String path) {
            if (!path.startsWith("/dev/")) {
                return Optional.empty();
            }
            HostRoots roots = HostRoots.real();
            SysfsReader sysfs = new SysfsReader(roots, NodeNumbers.below(roots.dev()));
            return sysfs.byPath(path).flatMap(sysfs::fileBehind);
        }

        @Override
        public boolean isSame(String one, String other) {
            try {
                return Files.isSameFile(Path.of(one), Path.of(other));
            } catch (IOException | InvalidPathException e) {
                return false;
            }
        }
    }
}
