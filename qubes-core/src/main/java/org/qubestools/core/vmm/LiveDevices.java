package org.qubestools.core.vmm;

import java.util.List;
import java.util.Optional;

/**
 * Devices of running domains. Whatever is attached here is gone when the domain stops, and never gets into its
 * definition.
 *
 * <p>Every method throws as those of {@link Vmm} do; what the driver refuses is a {@link DriverRefusal} with its number.
 * A domain that is not active is WRONG_STATE for what acts on it.
 */
public interface LiveDevices {
    /** The disks of a domain, read anew, in the order of its definition; empty if it is not active. */
    Optional<List<LiveDisk>> disks(DomainKey domain);

    /** Attaches a disk; it is there when this returns. */
    void attachDisk(DomainKey domain, DiskRequest disk);

    /**
     * Asks a domain to let go of the disk with this target, see {@link LiveDisk#target}. It may still be there when this
     * returns: whoever must know reads {@link #disks} again. One that is not there is fine.
     */
    void requestDetach(DomainKey domain, String target);

    /**
     * Makes a disk of a domain this long, and its file with it; the guest sees it at once. Never shorter: the caller sees
     * to that.
     *
     * @param target see {@link LiveDisk#target}
     * @param bytes a multiple of 512
     */
    void resizeDisk(DomainKey domain, String target, long bytes);

    /** The host's devices that a domain has, read anew; empty if it is not active. Those of other kinds are left out. */
    Optional<List<HostDevice>> hostDevices(DomainKey domain);

    void attachHostDevice(DomainKey domain, HostDevice device);

    /** As {@link #requestDetach}. */
    void requestDetach(DomainKey domain, HostDevice device);
}
