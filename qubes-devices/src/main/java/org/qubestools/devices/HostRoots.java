package org.qubestools.devices;

import java.nio.file.Path;

/**
 * Where the kernel and udev tell of block devices; other directories are recorded trees.
 *
 * @param sys mount point of sysfs
 * @param proc mount point of procfs
 * @param dev directory of the nodes
 * @param udev udev's notes, one file for each device
 */
public record HostRoots(Path sys, Path proc, Path dev, Path udev) {
    /** This machine. */
    public static HostRoots real() {
        return below(Path.of("/"));
    }

    /** The same below another root. */
    public static HostRoots below(Path root) {
        return new HostRoots(
                root.resolve("sys"), root.resolve("proc"), root.resolve("dev"), root.resolve("run/udev/data"));
    }
}
