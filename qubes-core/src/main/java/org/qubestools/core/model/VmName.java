package org.qubestools.core.model;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * A name that a VM other than dom0 may have: {@code [a-zA-Z][a-zA-Z0-9_.-]*}, at most 31 characters, and none of the
 * words that the tools or the file system take for something else.
 */
public record VmName(String value) {
    public static final int MAX_LENGTH = 31;

    public VmName {
        String reason = reasonAgainst(value);
        if (reason != null) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "'" + SafeText.of(value) + "' is no VM name: " + reason,
                    "use letters, digits, '_', '.', '-', at most 31, a letter first");
        }
    }

    /** Why this text cannot name a VM; null if it can. */
    public static @Nullable String reasonAgainst(String untrusted) {
        if (untrusted.isEmpty()) {
            return "it is empty";
        }
        if (untrusted.length() > MAX_LENGTH) {
            return "longer than " + MAX_LENGTH + " characters";
        }
        if (!isLetter(untrusted.charAt(0))) {
            return "it does not begin with a letter";
        }
        for (int i = 1; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (!isLetter(c) && !(c >= '0' && c <= '9') && c != '_' && c != '.' && c != '-') {
                return "a character is not allowed";
            }
        }
        return isTakenWord(untrusted) ? "the word has another meaning" : null;
    }

    private static boolean isTakenWord(String name) {
        return name.equalsIgnoreCase("none")
                || name.equalsIgnoreCase("true")
                || name.equalsIgnoreCase("false")
                || name.equals("default")
                || name.equals("dom0")
                || name.endsWith("-dm");
    }

    /** {@code disp} and digits: kept for DisposableVMs, so no other VM may be given such a name. */
    public boolean isReservedForDisposables() {
        if (!value.startsWith("disp") || value.length() == 4) {
            return false;
        }
        for (int i = 4; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    @Override
    public String toString() {
        return value;
    }
}
