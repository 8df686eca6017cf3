package org.qubestools.cli.qubesdb;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.qubestools.cli.option.Converter;
import org.qubestools.qubesdb.SafePath;

/** Permissions of a socket, as an octal number. */
final class SocketMode implements Converter<Set<PosixFilePermission>> {
    /** What the original's sockets have. */
    static final Set<PosixFilePermission> FOR_ALL = PosixFilePermissions.fromString("rw-rw-rw-");

    static final Set<PosixFilePermission> FOR_GROUP = PosixFilePermissions.fromString("rw-rw----");

    private static final String LETTERS = "rwxrwxrwx";

    @Override
    public Set<PosixFilePermission> convert(String untrustedValue) {
        return parse(untrustedValue);
    }

    /** IllegalArgumentException for anything but one to four octal digits up to 777. */
    static Set<PosixFilePermission> parse(String untrustedValue) {
        if (!untrustedValue.matches("0?[0-7]{1,3}")) {
            throw new IllegalArgumentException(
                    "'" + SafePath.of(untrustedValue) + "' are no permissions: octal digits, such as 660, are");
        }
        int bits = Integer.parseInt(untrustedValue, 8);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) {
            boolean set = (bits >> (LETTERS.length() - 1 - i) & 1) != 0;
            text.append(set ? LETTERS.charAt(i) : '-');
        }
        return PosixFilePermissions.fromString(text.toString());
    }
}
