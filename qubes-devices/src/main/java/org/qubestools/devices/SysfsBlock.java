package org.qubestools.devices;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One block device as sysfs tells of it at one moment.
 *
 * @param kernelName its name there, with {@code !} for a slash
 * @param number 0:0 if it is hidden and has none
 * @param node path of its node, {@code /dev/cciss/c0d0}
 * @param bytes size
 * @param readOnly of this device itself; partitions have their own
 * @param removable whether its medium can be taken out
 * @param hidden whether it has no node
 * @param parent kernel name of the disk, if this is a partition
 * @param partitionNumber 0 if this is a disk
 * @param held whether other devices are made of it
 * @param dmName name in the device mapper; null without one
 * @param backingFile of a bound loop device: the path as the kernel tells it; null for all others
 * @param untrustedModel what the hardware says it is, with underscores for blanks; of a partition its disk's
 */
public record SysfsBlock(
        String kernelName,
        DeviceNumber number,
        String node,
        long bytes,
        boolean readOnly,
        boolean removable,
        boolean hidden,
        @Nullable String parent,
        int partitionNumber,
        boolean held,
        @Nullable String dmName,
        @Nullable ByteText backingFile,
        ByteText untrustedModel) {
    public static final int SECTOR = 512;

    public boolean isPartition() {
        return parent != null;
    }

    /** The family that the name tells; {@code OTHER} for a name of no form, too. */
    public DeviceFamily family() {
        Optional<DeviceName> name = DeviceName.find(kernelName);
        return name.isPresent() ? name.get().family() : DeviceFamily.OTHER;
    }
}
