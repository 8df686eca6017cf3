package org.qubestools.backup.vm;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Which names the entries of a stream from a VM may have: relative, printable ASCII, without a way up. */
final class EntryName {
    static final int MAX_LENGTH = 255;
    private static final int MAX_LEVELS = 16;

    private EntryName() {}

    /** Why these bytes, at most {@link #MAX_LENGTH}, name nothing that a backup may hold; null if they may. */
    static @Nullable String reasonAgainst(byte[] untrusted) {
        for (byte b : untrusted) {
            if (b < 0x20 || b == 0x7f || b == '\\') {
                return "a character is not allowed";
            }
        }
        return reasonAgainst(new String(untrusted, StandardCharsets.US_ASCII));
    }

    private static @Nullable String reasonAgainst(String name) {
        if (name.isEmpty() || name.startsWith("/")) {
            return "it is not relative";
        }
        String[] levels = name.split("/", -1);
        if (levels.length > MAX_LEVELS) {
            return "more than " + MAX_LEVELS + " levels";
        }
        for (String level : levels) {
            if (level.isEmpty() || level.equals("..")) {
                return "a part of it is empty or leads up";
            }
        }
        return null;
    }
}
