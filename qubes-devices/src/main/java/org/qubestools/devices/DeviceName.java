package org.qubestools.devices;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;

/**
 * The name of a block device, taken apart by the kernel's rules. A name is a hint: where sysfs of the backend can be
 * read, that decides.
 */
public final class DeviceName {
    private static final String NODES = "/dev/";
    private static final int MAX_LENGTH = 64;
    private static final int MAX_OTHER_LENGTH = 31;

    private final DeviceFamily family;
    private final String kernelName;
    private final String wholeDisk;
    private final int partition;
    private final @Nullable DeviceNumber number;

    private DeviceName(DiskName disk, String kernelName, int partition) {
        this.family = disk.family();
        this.kernelName = kernelName;
        this.wholeDisk = disk.text();
        this.partition = partition;
        this.number = StaticNumbers.of(disk, partition);
    }

    /**
     * Takes a name apart. A leading {@code /dev/} is dropped; {@code /} and the kernel's {@code !} mean the same.
     *
     * @throws DeviceException NUMERIC_DEVID for digits alone, INVALID_NAME for what no device is called
     */
    public static DeviceName parse(String untrusted) {
        if (TextScan.isDigits(untrusted)) {
            throw DeviceException.of(
                            DeviceError.NUMERIC_DEVID,
                            "'" + SafeText.of(untrusted) + "' is a device number, not a name")
                    .hint("give the name of the device, such as sda1")
                    .device(SafeText.of(untrusted))
                    .build();
        }
        return find(untrusted)
                .orElseThrow(() -> DeviceException.of(
                                DeviceError.INVALID_NAME,
                                "'" + SafeText.of(untrusted) + "' is no name of a block device")
                        .hint("use the kernel's name, such as sda1 or nvme0n1p2")
                        .device(SafeText.of(untrusted))
                        .build());
    }

    /** As {@link #parse}; empty where that throws. */
    public static Optional<DeviceName> find(String untrusted) {
        String name = untrusted.startsWith(NODES) ? untrusted.substring(NODES.length()) : untrusted;
        String kernelName = name.replace('/', '!');
        if (kernelName.length() > MAX_LENGTH || kernelName.contains("..") || isElsewhere(kernelName)) {
            return Optional.empty();
        }
        for (DeviceFamily family : DeviceFamily.values()) {
            TextScan scan = new TextScan(kernelName);
            DiskName disk = DiskName.read(family, scan);
            int partition = disk == null ? TextScan.NONE : partition(disk, scan);
            if (disk != null && partition >= 0) {
                return Optional.of(new DeviceName(disk, kernelName, partition));
            }
        }
        return Optional.ofNullable(other(kernelName));
    }

    /** A path that was not below /dev, or a link to a dm node. */
    private static boolean isElsewhere(String kernelName) {
        return kernelName.startsWith("dev!") || kernelName.startsWith("mapper!");
    }

    private static @Nullable DeviceName other(String kernelName) {
        for (DeviceFamily family : DeviceFamily.values()) {
            if (family.claims(kernelName)) {
                return null;
            }
        }
        boolean good =
                TextScan.consistsOf(kernelName, "._-!", 1, MAX_OTHER_LENGTH) && TextScan.isLetter(kernelName.charAt(0));
        return good ? new DeviceName(new DiskName(DeviceFamily.OTHER, kernelName, 0, 0), kernelName, 0) : null;
    }

    /** The partition that the rest of the name tells: 0 for none, NONE if the rest is something else. */
    private static int partition(DiskName disk, TextScan scan) {
        if (scan.atEnd()) {
            return 0;
        }
        if (disk.family().style() == DeviceFamily.Style.WHOLE) {
            return TextScan.NONE;
        }
        String text = disk.text();
        boolean marked = TextScan.isDigit(text.charAt(text.length() - 1));
        if (marked && !scan.skip("p")) {
            return TextScan.NONE;
        }
        int number = scan.number();
        int most = disk.family() == DeviceFamily.HD ? 63 : 255;
        return number >= 1 && number <= most && scan.atEnd() ? number : TextScan.NONE;
    }

    public DeviceFamily family() {
        return family;
    }

    /** The name in sysfs: {@code cciss!c0d0p1}. */
    public String kernelName() {
        return kernelName;
    }

    /** Kernel name of the disk: of itself, if it is no partition. */
    public String wholeDisk() {
        return wholeDisk;
    }

    /** The number of the partition, 1 to 255; empty for a disk. */
    public OptionalInt partition() {
        return partition == 0 ? OptionalInt.empty() : OptionalInt.of(partition);
    }

    public boolean isPartition() {
        return partition != 0;
    }

    /** Path of the node: {@code /dev/cciss/c0d0p1}. */
    public String node() {
        return NODES + kernelName.replace('!', '/');
    }

    /** The number that every kernel gives to this name; empty where only sysfs can tell. */
    public Optional<DeviceNumber> staticNumber() {
        return Optional.ofNullable(number);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DeviceName that && that.kernelName.equals(kernelName);
    }

    @Override
    public int hashCode() {
        return kernelName.hashCode();
    }

    /** The kernel name. */
    @Override
    public String toString() {
        return kernelName;
    }
}
