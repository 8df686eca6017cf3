package org.qubestools.backup.format;

import java.util.Optional;

/**
 * The name of a chunk in the outer archive, {@code PATH.NUMBER}.
 *
 * @param path of the inner archive, such as {@code vm5/private.img} or {@code vm-templates/fedora-23/.}
 * @param number from 0; written with at least three digits
 */
public record ChunkName(String path, int number) {
    private static final int MAX_NUMBER_LENGTH = 8;

    /** The parts of a member's name; empty if it is no chunk. In format 4 the name has lost its {@code .enc}. */
    public static Optional<ChunkName> parse(String untrustedName) {
        int dot = untrustedName.lastIndexOf('.');
        String digits = untrustedName.substring(dot + 1);
        boolean well = dot > 0
                && digits.length() >= 3
                && digits.length() <= MAX_NUMBER_LENGTH
                && (digits.length() == 3 || digits.charAt(0) != '0');
        for (int i = 0; well && i < digits.length(); i++) {
            well = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        return well
                ? Optional.of(new ChunkName(untrustedName.substring(0, dot), Integer.parseInt(digits)))
                : Optional.empty();
    }

    /** The member's name, without {@code .enc}. */
    public String text() {
        String digits = String.valueOf(number);
        return path + "." + "0".repeat(Math.max(0, 3 - digits.length())) + digits;
    }

    @Override
    public String toString() {
        return text();
    }
}
