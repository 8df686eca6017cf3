package org.qubestools.devices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Numbers of the nodes below /dev: a port, since a recorded tree has no nodes. */
public interface NodeNumbers {
    /** The number of the block device that a path below {@code /dev/} leads to, through links; empty for all else. */
    Optional<DeviceNumber> numberOf(String path);

    /** The nodes of a directory that stands for /dev. */
    static NodeNumbers below(Path dev) {
        return new RealNodes(dev);
    }

    /** Asks the file system. */
    record RealNodes(Path dev) implements NodeNumbers {
        private static final String PREFIX = "/dev/";
        private static final int TYPE_MASK = 0xf000;
        private static final int TYPE_BLOCK = 0x6000;

        @Override
        public Optional<DeviceNumber> numberOf(String path) {
            if (!path.startsWith(PREFIX)) {
                return Optional.empty();
            }
            try {
                Path node = dev.resolve(path.substring(PREFIX.length()));
                int mode = (Integer) Files.getAttribute(node, "unix:mode");
                return (mode & TYPE_MASK) == TYPE_BLOCK
                        ? Optional.of(DeviceNumber.ofNode((Long) Files.getAttribute(node, "unix:rdev")))
                        : Optional.empty();
            } catch (IOException | InvalidPathException e) {
                return Optional.empty(); // no such node, or it went away: it leads to no device
            }
        }
    }
}
