package org.qubestools.devices;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The wish to attach a device.
 *
 * @param target name of the VM that shall get it
 * @param device what it shall get
 * @param kind how it was named
 * @param frontend the name it shall have there, not yet checked; null for the next free one
 * @param mode {@code r} or {@code w}, not yet checked; null for the device's own
 * @param autoDetach whether VMs that hold it lose it
 */
public record AttachRequest(
        String target,
        BlockDevice device,
        Kind kind,
        @Nullable String frontend,
        @Nullable String mode,
        boolean autoDetach) {
    public AttachRequest {
        Objects.requireNonNull(target);
        Objects.requireNonNull(device);
        Objects.requireNonNull(kind);
    }

    /** How a device was named. */
    public enum Kind {
        /** A block device that the backend has. */
        BLOCK,
        /** A file in the backend. */
        FILE
    }

    /** A file of a VM as a device: it describes itself by its path, as its loop device will. */
    public static BlockDevice file(String backend, String path, HostPaths paths) {
        String own = backend.equals(PublishingVm.DOM0) ? paths.canonical(path) : path;
        return new BlockDevice(new BlockDeviceRef(backend, own), own, 0, ByteText.ofUtf8(own), DeviceMode.READ_WRITE);
    }
}
