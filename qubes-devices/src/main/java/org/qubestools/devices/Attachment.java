package org.qubestools.devices;

import java.util.Objects;
import org.qubestools.core.vmm.LiveDisk;

/**
 * That a running VM holds a device.
 *
 * @param vm name of the VM
 * @param disk the device in its live definition
 */
public record Attachment(String vm, LiveDisk disk) {
    public Attachment {
        Objects.requireNonNull(vm);
        Objects.requireNonNull(disk);
    }

    /** The name that the device has in the VM, for the user. */
    public String frontend() {
        return disk.frontend();
    }
}
