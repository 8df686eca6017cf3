package org.qubestools.backup.format;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The rules for where a VM's files may be inside a backup. */
final class BackupPath {
    static final String HOME = "dom0-home";

    private static final int MAX_BYTES = 255;
    private static final int MAX_LEVELS = 16;

    private BackupPath() {}

    /** Why this text is no path below the top of a backup, without naming it; null if it is one. */
    static @Nullable String reasonAgainst(String untrusted) {
        if (untrusted.isEmpty()) {
            return "its path in the backup is missing";
        }
        if (untrusted.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return "its path in the backup is longer than " + MAX_BYTES + " bytes";
        }
        String[] parts = untrusted.split("/", -1);
        if (parts.length > MAX_LEVELS) {
            return "its path in the backup has more than " + MAX_LEVELS + " levels";
        }
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return "its path in the backup is not a plain relative one";
            }
        }
        return hasControl(untrusted) ? "its path in the backup has a control character" : null;
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    /** {@code dom0-home/USER}; the path must have passed {@link #reasonAgainst}. */
    static boolean isHome(String path) {
        return path.startsWith(HOME + "/") && path.indexOf('/', HOME.length() + 1) < 0;
    }

    /** Its first part is that of dom0's home or of a member about the whole backup. */
    static boolean isReserved(String path) {
        int slash = path.indexOf('/');
        String first = slash < 0 ? path : path.substring(0, slash);
        return first.equals(HOME) || first.equals("backup-header") || first.startsWith("qubes.xml");
    }
}
