package org.qubestools.core.vmm;

/** What a driver must know of files of the host to name them in a definition. */
public interface HostFiles {
    /**
     * The path that the driver is told: below the root directory in use.
     *
     * @param fixedPath absolute, as users know it
     * @throws org.qubestools.core.error.QubesException INVALID_VALUE for a path that leads out of the root directory
     */
    String realPath(String fixedPath);

    boolean exists(String fixedPath);

    boolean isDirectory(String fixedPath);

    /** True if the path leads to a block device; false for everything else, nothing included. */
    boolean isBlockDevice(String fixedPath);
}
