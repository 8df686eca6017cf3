package org.qubestools.devices;

import java.util.Optional;

/**
 * Major and minor number of a device.
 *
 * @param major not negative
 * @param minor not negative; one that was computed from a name may be larger than a kernel allows, then no node has it
 */
public record DeviceNumber(int major, int minor) {
    public DeviceNumber {
        if (major < 0 || minor < 0) {
            throw new IllegalArgumentException("negative device number");
        }
    }

    /** Splits {@code st_rdev} of a node as glibc does: 12 bits of major and 20 of minor, and what lies above. */
    public static DeviceNumber ofNode(long rdev) {
        int major = (int) ((rdev >>> 8 & 0xfff) | (rdev >>> 32 & 0x7ffff000));
        int minor = (int) ((rdev & 0xff) | (rdev >>> 12 & 0x7fffff00));
        return new DeviceNumber(major, minor);
    }

    /** {@code MAJOR:MINOR} in decimal, as in {@code dev} of sysfs; empty if it is not that. */
    public static Optional<DeviceNumber> parse(String untrusted) {
        TextScan scan = new TextScan(untrusted);
        int major = scan.number();
        boolean colon = scan.skip(":");
        int minor = scan.number();
        return major >= 0 && colon && minor >= 0 && scan.atEnd()
                ? Optional.of(new DeviceNumber(major, minor))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return major + ":" + minor;
    }
}
