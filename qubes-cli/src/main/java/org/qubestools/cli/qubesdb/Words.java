package org.qubestools.cli.qubesdb;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Words of the command line as bytes, and numbers as C reads them. */
final class Words {
    private static final char FIRST_BYTE = '\udc80';
    private static final char LAST_BYTE = '\udcff';

    private Words() {}

    /** UTF-8, but U+DC80 to U+DCFF on their own are the bytes 80 to ff. */
    static byte[] bytes(String untrustedWord) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(untrustedWord.length());
        int start = 0;
        for (int i = 0; i < untrustedWord.length(); i++) {
            char c = untrustedWord.charAt(i);
            boolean paired = i > 0 && Character.isHighSurrogate(untrustedWord.charAt(i - 1));
            if (c >= FIRST_BYTE && c <= LAST_BYTE && !paired) {
                bytes.writeBytes(untrustedWord.substring(start, i).getBytes(StandardCharsets.UTF_8));
                bytes.write(c & 0xff);
                start = i + 1;
            }
        }
        bytes.writeBytes(untrustedWord.substring(start).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    /** Each byte as a character. */
    static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** What C's {@code atoi} makes of it: blanks, a sign, digits; the rest is ignored, 0 if there are none. */
    static int number(String untrustedWord) {
        int at = 0;
        while (at < untrustedWord.length() && " \t\n\u000b\f\r".indexOf(untrustedWord.charAt(at)) >= 0) {
            at++;
        }
        boolean negative = at < untrustedWord.length() && untrustedWord.charAt(at) == '-';
        if (negative || (at < untrustedWord.length() && untrustedWord.charAt(at) == '+')) {
            at++;
        }
        long value = 0;
        while (at < untrustedWord.length() && untrustedWord.charAt(at) >= '0' && untrustedWord.charAt(at) <= '9') {
            int digit = untrustedWord.charAt(at) - '0';
            value = value > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : value * 10 + digit;
            at++;
        }
        return (int) (negative ? -value : value);
    }
}
