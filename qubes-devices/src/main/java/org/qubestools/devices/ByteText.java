package org.qubestools.devices;

import java.nio.charset.StandardCharsets;

/**
 * Bytes that a VM wrote, to be compared as they are and shown only in a harmless form.
 *
 * @param latin1 one character for each byte, U+0000 to U+00FF
 */
public record ByteText(String latin1) {
    public ByteText {
        for (int i = 0; i < latin1.length(); i++) {
            if (latin1.charAt(i) > 0xff) {
                throw new IllegalArgumentException("a character is no byte");
            }
        }
    }

    /** Takes a copy of {@code untrusted}. */
    public static ByteText of(byte[] untrusted) {
        return new ByteText(new String(untrusted, StandardCharsets.ISO_8859_1));
    }

    /** The bytes of {@code text} in UTF-8. */
    public static ByteText ofUtf8(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Number of bytes. */
    public int length() {
        return latin1.length();
    }

    /** One character for each byte; every byte outside 0x20 to 0x7e is {@code _}. */
    public String printable() {
        char[] shown = latin1.toCharArray();
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] < 0x20 || shown[i] > 0x7e) {
                shown[i] = '_';
            }
        }
        return new String(shown);
    }

    /** The printable form. */
    @Override
    public String toString() {
        return printable();
    }
}
