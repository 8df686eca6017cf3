package org.qubestools.core.io;

/** Makes untrusted text fit for a terminal: printable ASCII stays, everything else becomes a visible escape. */
public final class SafeText {
    private static final int MAX_SHOWN = 200;

    private SafeText() {}

    /**
     * Returns {@code untrusted} with every character outside printable ASCII as {@code \}{@code xHH} or
     * {@code \}{@code uHHHH}; longer than 200 characters it is cut and ends in {@code ...}.
     */
    public static String of(CharSequence untrusted) {
        int shown = Math.min(untrusted.length(), MAX_SHOWN);
        String cut = printable(untrusted.subSequence(0, shown));
        return shown < untrusted.length() ? cut + "..." : cut;
    }

    /** As {@link #of}, of any length: for values that are the result of a command. */
    public static String printable(CharSequence untrusted) {
        for (int i = 0; i < untrusted.length(); i++) {
            if (!isPrintable(untrusted.charAt(i))) {
                return escape(untrusted);
            }
        }
        return untrusted.toString();
    }

    /**
     * As {@link #printable}, but letters, digits and signs of any script stay; control, format, unassigned and lone
     * surrogate characters become escapes.
     */
    public static String readable(String untrusted) {
        for (int i = 0; i < untrusted.length(); i++) {
            if (!isPrintable(untrusted.charAt(i))) {
                return escapeHarmful(untrusted);
            }
        }
        return untrusted;
    }

    private static String escape(CharSequence untrusted) {
        StringBuilder safe = new StringBuilder(untrusted.length() + 16);
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (isPrintable(c)) {
                safe.append(c);
            } else {
                appendEscape(safe, c);
            }
        }
        return safe.toString();
    }

    private static String escapeHarmful(String untrusted) {
        StringBuilder safe = new StringBuilder(untrusted.length() + 16);
        for (int i = 0; i < untrusted.length(); i += Character.charCount(untrusted.codePointAt(i))) {
            int c = untrusted.codePointAt(i);
            if (isHarmless(c)) {
                safe.appendCodePoint(c);
            } else {
                appendEscape(safe, c);
            }
        }
        return safe.toString();
    }

    private static void appendEscape(StringBuilder safe, int c) {
        String hex = Integer.toHexString(c);
        int width = c < 0x100 ? 2 : 4;
        safe.append(c < 0x100 ? "\\x" : "\\u")
                .append("0".repeat(Math.max(0, width - hex.length())))
                .append(hex);
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static boolean isPrintable(char c) {
        return c >= 0x20 && c < 0x7f;
    }
}
