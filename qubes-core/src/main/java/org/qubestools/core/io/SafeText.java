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

    private static String escape(CharSequence untrusted) {
        StringBuilder safe = new StringBuilder(untrusted.length() + 16);
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (isPrintable(c)) {
                safe.append(c);
            } else {
                safe.append(c < 0x100 ? "\\x" : "\\u");
                String hex = Integer.toHexString(c);
                safe.append("0".repeat((c < 0x100 ? 2 : 4) - hex.length())).append(hex);
            }
        }
        return safe.toString();
    }

    private static boolean isPrintable(char c) {
        return c >= 0x20 && c < 0x7f;
    }
}
