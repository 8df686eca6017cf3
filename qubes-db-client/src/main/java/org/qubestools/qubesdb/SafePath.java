package org.qubestools.qubesdb;

/** Paths and names of others in messages of ours: printable ASCII, all else escaped. */
public final class SafePath {
    private SafePath() {}

    /** Each character that is not printable ASCII as {@code \xhh}, or <code>&#92;uhhhh</code>. */
    public static String of(String untrusted) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (c >= 0x20 && c < 0x7f) {
                text.append(c);
            } else {
                text.append(String.format(c <= 0xff ? "\\x%02x" : "\\u%04x", (int) c));
            }
        }
        return text.toString();
    }
}
