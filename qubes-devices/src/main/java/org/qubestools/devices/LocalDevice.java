package org.qubestools.devices;

import java.util.Objects;

/**
 * A device of this host that can be attached, with what sysfs tells of it.
 *
 * @param device as lists show it, of dom0
 * @param facts the same device in sysfs
 */
public record LocalDevice(BlockDevice device, SysfsBlock facts) {
    public LocalDevice {
        Objects.requireNonNull(device);
        Objects.requireNonNull(facts);
    }
}
