package org.qubestools.devices;

import java.util.Objects;

/**
 * One block device that a VM offers, checked.
 *
 * @param ref the VM that has it and its name there
 * @param path path of its node or file in the backend, below {@code /dev/} unless it is a file
 * @param size in bytes, not negative
 * @param rawDescription what the backend says it is; compared by its bytes, shown by {@link #description}
 * @param mode whether it may be written
 */
public record BlockDevice(BlockDeviceRef ref, String path, long size, ByteText rawDescription, DeviceMode mode) {
    public BlockDevice {
        Objects.requireNonNull(ref);
        Objects.requireNonNull(path);
        Objects.requireNonNull(rawDescription);
        Objects.requireNonNull(mode);
        if (size < 0) {
            throw new IllegalArgumentException("negative size");
        }
    }

    /** Name of the VM that has it. */
    public String backend() {
        return ref.backend();
    }

    /** Its name in the backend. */
    public String name() {
        return ref.device();
    }

    /** The description for people: every byte outside printable ASCII is {@code _}. */
    public String description() {
        return rawDescription.printable();
    }
}
