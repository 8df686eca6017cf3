package org.qubestools.core.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The extra drive of an HVM.
 *
 * @param type {@code hd} or {@code cdrom}
 * @param backend name of the VM that has the file or device
 * @param path absolute path in the backend; may contain colons
 */
public record DriveSpec(String type, String backend, String path) {
    public static final String CDROM = "cdrom";
    public static final String HD = "hd";

    /** The stored form {@code TYPE:BACKEND:/PATH}; null if it is not. */
    static @Nullable DriveSpec parseStored(String text) {
        int first = text.indexOf(':');
        int second = text.indexOf(':', first + 1);
        if (first < 0 || second < 0) {
            return null;
        }
        return checked(text.substring(0, first), text.substring(first + 1, second), text.substring(second + 1));
    }

    /** The user's form {@code [hd:|cdrom:][BACKEND:]/PATH}; null if it is not. The backend is not looked up. */
    public static @Nullable DriveSpec parseUser(String untrusted) {
        String rest = untrusted;
        String type = CDROM;
        String backend = "dom0";
        int colon = rest.indexOf(':');
        if (colon > 0 && isType(rest.substring(0, colon).toLowerCase(Locale.ROOT))) {
            type = rest.substring(0, colon).toLowerCase(Locale.ROOT);
            rest = rest.substring(colon + 1);
            colon = rest.indexOf(':');
        }
        if (!rest.startsWith("/")) {
            if (colon <= 0) {
                return null;
            }
            backend = rest.substring(0, colon);
            rest = rest.substring(colon + 1);
        }
        return checked(type, backend, rest);
    }

    private static @Nullable DriveSpec checked(String type, String backend, String path) {
        boolean goodBackend = backend.equals("dom0") || VmName.reasonAgainst(backend) == null;
        if (!isType(type) || !goodBackend || !path.startsWith("/")) {
            return null;
        }
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) < 0x20 || path.charAt(i) == 0x7f) {
                return null;
            }
        }
        return new DriveSpec(type, backend, path);
    }

    private static boolean isType(String word) {
        return word.equals(CDROM) || word.equals(HD);
    }

    @Override
    public String toString() {
        return type + ":" + backend + ":" + path;
    }
}
