package org.qubestools.devices;

import java.util.Optional;

/**
 * Major and minor number of a device.
 *
 * @param major not negative
 * @param minor not negative; one that was computed from a name may be larger than a kernel allows, then no node has it
 */
public record DeviceNumber(int major, int minor) {
    private static final int HEX = 16;
    private static final int MAX_HEX_DIGITS = 7;

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

    /** {@code MAJOR:MINOR} in hexadecimal, as {@code physical-device} of xenstore; empty if it is not that. */
    public static Optional<DeviceNumber> parsePhysicalDevice(String untrusted) {
        int colon = untrusted.indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String major = untrusted.substring(0, colon);
        String minor = untrusted.substring(colon + 1);
        return isHex(major) && isHex(minor)
                ? Optional.of(new DeviceNumber(Integer.parseInt(major, HEX), Integer.parseInt(minor, HEX)))
                : Optional.empty();
    }

    private static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!TextScan.isDigit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= MAX_HEX_DIGITS;
    }

    /** The form of {@code physical-device} in xenstore. */
    public String physicalDevice() {
        return Integer.toHexString(major) + ":" + Integer.toHexString(minor);
    }

    @Override
    public String toString() {
        return major + ":" + minor;
    }
}
