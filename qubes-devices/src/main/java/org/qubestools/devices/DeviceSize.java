package org.qubestools.devices;

import org.qubestools.core.io.SafeText;

/** Sizes as users write them. */
public final class DeviceSize {
    private static final String UNITS = "kmgt";
    private static final String BLANKS = " \t\n\u000b\f\r";

    private DeviceSize() {}

    /**
     * The bytes that digits mean, with an optional K, M, G or T (powers of 1024) and B or iB behind it, in any case.
     * Blanks around the number and between number and unit count nothing.
     *
     * @throws DeviceException INVALID_SIZE for anything else and above 63 bits
     */
    public static long parse(String untrusted) {
        int begin = 0;
        int end = untrusted.length();
        while (begin < end && isBlank(untrusted.charAt(begin))) {
            begin++;
        }
        while (end > begin && isBlank(untrusted.charAt(end - 1))) {
            end--;
        }
        int digits = begin;
        while (digits < end && TextScan.isDigit(untrusted.charAt(digits))) {
            digits++;
        }
        int unit = digits;
        while (unit < end && isBlank(untrusted.charAt(unit))) {
            unit++;
        }
        long number = TextScan.decimal(untrusted.substring(begin, digits));
        int shift = shift(untrusted.substring(unit, end));
        if (number < 0 || shift < 0 || number > Long.MAX_VALUE >> shift) {
            throw new DeviceException(
                    DeviceError.INVALID_SIZE,
                    "'" + SafeText.of(untrusted) + "' is no size",
                    "use a number and K, M, G or T, such as 10G");
        }
        return number << shift;
    }

    private static int shift(String unit) {
        if (unit.isEmpty()) {
            return 0;
        }
        int power = UNITS.indexOf(lower(unit.charAt(0)));
        boolean good =
                switch (unit.length()) {
                    case 1 -> true;
                    case 2 -> lower(unit.charAt(1)) == 'b';
                    case 3 -> lower(unit.charAt(1)) == 'i' && lower(unit.charAt(2)) == 'b';
                    default -> false;
                };
        return good && power >= 0 ? 10 * (power + 1) : TextScan.NONE;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }

    private static boolean isBlank(char c) {
        return BLANKS.indexOf(c) >= 0;
    }
}
