package org.qubestools.core.vmm;

/**
 * A disk that a running domain shall get until it stops.
 *
 * @param kind {@link LiveDisk#BLOCK} or {@link LiveDisk#FILE}
 * @param source absolute path in the backend, exactly as its driver shall open it
 * @param backend name of the VM that has the source; dom0 is {@link LiveDisk#DOM0}
 * @param frontend {@code xvd} and letters; a driver with names of its own makes one of it
 * @param readonly whether the guest may only read
 */
public record DiskRequest(String kind, String source, String backend, String frontend, boolean readonly) {}
