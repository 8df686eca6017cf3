package org.qubestools.devices;

import org.qubestools.core.io.SafeText;

/**
 * The numbers by which Xen knows frontends of disks ({@code virtual-device} in xenstore), from names and back.
 *
 * <p>Source of the rules: {@code xen-vbd-interface(7)} of Xen; the numbers of libxl 4.17.
 */
public final class FrontendNumber {
    private static final int XVD_MAJOR = 202 << 8;
    private static final int SD_MAJOR = 8 << 8;
    private static final int IDE_FIRST = 3 << 8;
    private static final int IDE_SECOND = 22 << 8;
    private static final int EXTENDED = 1 << 28;
    private static final int MAX_DISK = (1 << 20) - 1;
    private static final int MAX_PARTITION = 255;
    /** 20 bits of disk take five letters at most. */
    private static final int MAX_LETTERS = 5;

    private FrontendNumber() {}

    /**
     * The number for {@code xvdX}, {@code sdX}, {@code hdX} with or without a partition, or {@code dDpP}.
     *
     * @throws DeviceException NO_VDEV for every other text
     */
    public static int encode(String untrusted) {
        int number = find(untrusted);
        if (number == TextScan.NONE) {
            throw new DeviceException(
                    DeviceError.NO_VDEV,
                    "Xen has no frontend number for '" + SafeText.of(untrusted) + "'",
                    "use a name such as xvdi");
        }
        return number;
    }

    private static int find(String untrusted) {
        TextScan scan = new TextScan(untrusted);
        if (scan.skip("xvd")) {
            int disk = scan.letters(MAX_LETTERS);
            return xvd(disk, partition(scan));
        }
        if (scan.skip("sd")) {
            int disk = scan.letters(MAX_LETTERS);
            int partition = partition(scan);
            return fits(disk, 15, partition, 15) ? SD_MAJOR + 16 * disk + partition : TextScan.NONE;
        }
        if (scan.skip("hd")) {
            int disk = scan.letters(MAX_LETTERS);
            int partition = partition(scan);
            int major = disk < 2 ? IDE_FIRST : IDE_SECOND;
            return fits(disk, 3, partition, 63) ? major + 64 * (disk % 2) + partition : TextScan.NONE;
        }
        if (scan.skip("d")) {
            int disk = scan.number();
            int partition = scan.skip("p") ? scan.number() : TextScan.NONE;
            return scan.atEnd() ? xvd(disk, partition) : TextScan.NONE;
        }
        return TextScan.NONE;
    }

    private static int xvd(int disk, int partition) {
        if (!fits(disk, MAX_DISK, partition, MAX_PARTITION)) {
            return TextScan.NONE;
        }
        boolean small = disk <= 15 && partition <= 15;
        return small ? XVD_MAJOR + 16 * disk + partition : EXTENDED + 256 * disk + partition;
    }

    private static boolean fits(int disk, int mostDisk, int partition, int mostPartition) {
        return disk >= 0 && disk <= mostDisk && partition >= 0 && partition <= mostPartition;
    }

    /** What follows the letters: nothing, or a number above 0. */
    private static int partition(TextScan scan) {
        if (scan.atEnd()) {
            return 0;
        }
        int number = scan.number();
        return number > 0 && scan.atEnd() ? number : TextScan.NONE;
    }

    /**
     * The name of a number. The long form is decoded for every disk and partition.
     *
     * @throws DeviceException UNKNOWN_VDEV for a number of no form
     */
    public static String decode(long number) {
        if (number >= EXTENDED && number < 2L * EXTENDED) {
            return name("xvd", (int) (number >> 8 & MAX_DISK), (int) (number & MAX_PARTITION));
        }
        int low = (int) (number & 0xff);
        long major = number - low;
        if (major == XVD_MAJOR) {
            return name("xvd", low / 16, low % 16);
        }
        if (major == SD_MAJOR) {
            return name("sd", low / 16, low % 16);
        }
        if ((major == IDE_FIRST || major == IDE_SECOND) && low < 128) {
            return name("hd", low / 64 + (major == IDE_FIRST ? 0 : 2), low % 64);
        }
        throw new DeviceException(
                DeviceError.UNKNOWN_VDEV,
                "no frontend has the number " + number,
                "see the disks in the VM's definition");
    }

    private static String name(String bus, int disk, int partition) {
        String letters = bus + TextScan.lettersOf(disk);
        return partition == 0 ? letters : letters + partition;
    }
}
