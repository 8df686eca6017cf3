package org.qubestools.cli.output;

/** Sizes as the original tools show them; all powers of 1024, rounded down unless said otherwise. */
public final class SizeText {
    private static final long STEP = 1024;
    private static final String[] UNITS = {" KiB", " MiB", " GiB"};

    private SizeText() {}

    /** Whole megabytes, as in the tables: {@code 2048 MB}. */
    public static String megabytes(long bytes) {
        return Long.toString(bytes / (STEP * STEP)).concat(" MB");
    }

    /**
     * A whole number with a unit, as qvm-block shows it: a unit is left only when its number is above 1024, so 1024 MiB
     * stays.
     */
    public static String whole(long bytes) {
        long number = bytes;
        String unit = " B";
        for (int i = 0; i < UNITS.length && number > STEP; i++) {
            number /= STEP;
            unit = UNITS[i];
        }
        return Long.toString(number).concat(unit);
    }

    /** One decimal rounded half up in the largest unit not above the size, as in backups; bare bytes below 1024. */
    public static String oneDecimal(long bytes) {
        if (bytes < STEP) {
            return Long.toString(bytes);
        }
        long unit = STEP;
        int name = 0;
        while (name < UNITS.length - 1 && bytes / unit >= STEP) {
            unit *= STEP;
            name++;
        }
        long whole = bytes / unit;
        long tenths = (bytes % unit * 20 + unit) / (2 * unit);
        if (tenths == 10) {
            whole++;
            tenths = 0;
        }
        return whole + "." + tenths + UNITS[name];
    }
}
