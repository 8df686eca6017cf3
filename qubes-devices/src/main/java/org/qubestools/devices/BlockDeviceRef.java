package org.qubestools.devices;

import java.util.Objects;

/**
 * Which block device: the VM that has it, and its name there.
 *
 * @param backend name of the VM, {@code dom0} for the host
 * @param device name as it is listed, without {@code /dev/}
 */
public record BlockDeviceRef(String backend, String device) {
    public BlockDeviceRef {
        Objects.requireNonNull(backend);
        Objects.requireNonNull(device);
    }

    /** The form that lists show and tools take: {@code backend:device}. */
    @Override
    public String toString() {
        return backend + ":" + device;
    }
}
