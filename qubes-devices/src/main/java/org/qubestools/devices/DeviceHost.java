package org.qubestools.devices;

import java.util.List;
import java.util.Optional;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.core.vmm.VmmTraits;

/**
 * The VMs and their running side as far as devices go: a port, over {@link RunningDevices}. VMs are named as in the store;
 * a name that is not there is an error of the caller.
 */
public interface DeviceHost {
    /** All VMs of the store, in the order of their qids; dom0 is among them, and first. */
    List<String> vms();

    /** Looked up now; dom0 always runs. */
    boolean isRunning(String vm);

    /** Those that run, by one look at all of them, in the order of {@link #vms}. */
    List<String> running();

    /** Looked up now. */
    boolean isPaused(String vm);

    /** What the driver can do. */
    VmmTraits traits();

    /** The drive that the VM has by its own settings. */
    Optional<DriveSpec> drive(String vm);

    /** Where a path of dom0 really is: below the root in use. */
    default String realPath(String path) {
        return path;
    }

    /** Whether the VM boots as an HVM, so that firmware sees its first disks only. */
    boolean isHvm(String vm);

    /** Disks of a running VM, read anew; empty if it does not run. */
    Optional<List<LiveDisk>> disks(String vm);

    /** Attaches a disk; errors as {@link org.qubestools.core.vmm.LiveDevices#attachDisk}. */
    void attach(String vm, DiskRequest disk);

    /** Asks for a disk to go; errors as {@link org.qubestools.core.vmm.LiveDevices#requestDetach}. */
    void requestDetach(String vm, String target);

    /** Devices of the host itself that a running VM has, read anew; empty if it does not run. */
    Optional<List<HostDevice>> hostDevices(String vm);

    /** Gives one; errors as {@link org.qubestools.core.vmm.LiveDevices#attachHostDevice}. */
    void attach(String vm, HostDevice device);

    /** Asks for one to go; errors as {@link org.qubestools.core.vmm.LiveDevices#requestDetach}. */
    void requestDetach(String vm, HostDevice device);

    /** Tells whoever watches the devices of a VM that they changed, through its QubesDB; one that fails is ignored. */
    void announce(String vm);

    /** What the VM publishes. */
    PublishingVm published(String vm);
}
