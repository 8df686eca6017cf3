package org.qubestools.devices;

import org.jspecify.annotations.Nullable;

/** Numbers that follow from a name on every kernel: {@code Documentation/admin-guide/devices.txt} and the drivers. */
final class StaticNumbers {
    private static final int[] IDE_MAJORS = {3, 22, 33, 34, 56, 57, 88, 89, 90, 91};
    private static final int[] SCSI_MAJORS = {8, 65, 66, 67, 68, 69, 70, 71, 128, 129, 130, 131, 132, 133, 134, 135};
    /** Partitions that have a minor beside the one of the disk; those above take what is free. */
    private static final int NEAR_PARTITIONS = 15;

    private StaticNumbers() {}

    /** The number of a disk, or of its partition if that is not 0; null where the kernel chooses. */
    static @Nullable DeviceNumber of(DiskName disk, int partition) {
        return switch (disk.family()) {
            case SD -> scsi(disk.first(), partition);
            case XVD -> xen(disk.first(), partition);
            case HD -> new DeviceNumber(IDE_MAJORS[disk.first() / 2], disk.first() % 2 * 64 + partition);
            case MMCBLK -> alone(disk, partition, 179);
            case NBD -> alone(disk, partition, 43);
            case LOOP -> plain(disk, partition, 7);
            case MD -> plain(disk, partition, 9);
            case SR, SCD -> plain(disk, partition, 11);
            case RAM -> plain(disk, partition, 1);
            case FD -> disk.first() <= 3 ? plain(disk, partition, 2) : null;
            case CCISS -> controller(disk, partition, 104, 16);
            case IDA -> controller(disk, partition, 72, 16);
            case RD -> controller(disk, partition, 48, 8);
            case VD, NVME, MD_D, DM, ETHERD, ZRAM, NULLB, ZD, RBD, PMEM, BCACHE, DRBD, OTHER -> null;
        };
    }

    private static @Nullable DeviceNumber scsi(int index, int partition) {
        if (partition > NEAR_PARTITIONS) {
            return null;
        }
        int major = SCSI_MAJORS[index / 16 % SCSI_MAJORS.length];
        return new DeviceNumber(major, index % 16 * 16 + index / 256 * 256 + partition);
    }

    private static @Nullable DeviceNumber xen(int index, int partition) {
        if (index > 15) {
            return new DeviceNumber(202, 256 * index + partition);
        }
        return partition > NEAR_PARTITIONS ? null : new DeviceNumber(202, 16 * index + partition);
    }

    /** Families of which only the first disk has a known place. */
    private static @Nullable DeviceNumber alone(DiskName disk, int partition, int major) {
        boolean known = disk.first() == 0 && disk.second() == 0 && partition == 0;
        return known ? new DeviceNumber(major, 0) : null;
    }

    private static @Nullable DeviceNumber plain(DiskName disk, int partition, int major) {
        return partition == 0 ? new DeviceNumber(major, disk.first()) : null;
    }

    private static @Nullable DeviceNumber controller(DiskName disk, int partition, int major, int step) {
        boolean known = disk.first() <= 7 && disk.second() < 256 / step && partition < step;
        return known ? new DeviceNumber(major + disk.first(), step * disk.second() + partition) : null;
    }
}
