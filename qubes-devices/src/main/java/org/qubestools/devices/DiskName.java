package org.qubestools.devices;

import org.jspecify.annotations.Nullable;

/**
 * The part of a name that stands for a whole disk.
 *
 * @param text that part, as the kernel spells it
 * @param first the disk's index or number; of a controller, the number of that
 * @param second number of the disk on its controller; 1 for the hardware partition of a card; else 0
 */
record DiskName(DeviceFamily family, String text, int first, int second) {
    private static final int MAX_LETTERS = 4;
    private static final int LAST_IDE = 't' - 'a';
    private static final String[] CARD_PARTS = {"boot0", "boot1", "rpmb", "gp0", "gp1", "gp2", "gp3"};

    /** Reads the name of a disk of this family; null if the text is something else. */
    static @Nullable DiskName read(DeviceFamily family, TextScan scan) {
        if (family == DeviceFamily.OTHER || !scan.skip(family.prefix())) {
            return null;
        }
        return switch (family.style()) {
            case LETTERS -> letters(family, scan);
            case NUMBER, WHOLE -> numbered(family, scan, "");
            case NAMESPACE -> numbered(family, scan, "n");
            case CONTROLLER -> numbered(family, scan, "d");
            case SHELF -> numbered(family, scan, ".");
            case CARD -> card(family, scan);
            case FREE -> null;
        };
    }

    private static @Nullable DiskName letters(DeviceFamily family, TextScan scan) {
        int index = scan.letters(family == DeviceFamily.HD ? 1 : MAX_LETTERS);
        boolean good = index >= 0 && (family != DeviceFamily.HD || index <= LAST_IDE);
        return good ? new DiskName(family, scan.read(), index, 0) : null;
    }

    /** A number, or two of them with {@code border} between. */
    private static @Nullable DiskName numbered(DeviceFamily family, TextScan scan, String border) {
        int first = scan.number();
        if (first < 0 || !scan.skip(border)) {
            return null;
        }
        int second = border.isEmpty() ? 0 : scan.number();
        return second < 0 ? null : new DiskName(family, scan.read(), first, second);
    }

    private static @Nullable DiskName card(DeviceFamily family, TextScan scan) {
        int number = scan.number();
        if (number < 0) {
            return null;
        }
        for (String part : CARD_PARTS) {
            if (scan.skip(part)) {
                return new DiskName(family, scan.read(), number, 1);
            }
        }
        return new DiskName(family, scan.read(), number, 0);
    }
}
