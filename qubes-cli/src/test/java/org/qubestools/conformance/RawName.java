package org.qubestools.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * File names and link targets as the bytes they are, one character a byte: {@link Path#toString} loses what the locale
 * cannot show, but the URI of a path carries its bytes.
 */
final class RawName {
    private static final int FIRST_ESCAPE = 0xdc80;
    private static final int LAST_ESCAPE = 0xdcff;

    private RawName() {}

    /** A name in a JSON file: UTF-8; a lone surrogate U+DC80 to U+DCFF stands for a byte that is not (as in Python). */
    static String ofJson(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        text.codePoints().forEach(c -> {
            if (c >= FIRST_ESCAPE && c <= LAST_ESCAPE) {
                bytes.write(c);
            } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        });
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** The bytes of a path, doubled and final slashes included. */
    static String of(Path path) {
        // The URI of a directory gets a slash at its end: the component behind the path shows which are its own.
        String uri = path.getFileSystem()
                .getPath("/")
                .resolve(path)
                .resolve("+")
                .toUri()
                .getRawPath();
        String bytes = decode(uri.substring(0, uri.lastIndexOf("/+")));
        return path.isAbsolute() ? bytes : bytes.substring(1);
    }

    private static String decode(String percents) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < percents.length(); i++) {
            char c = percents.charAt(i);
            if (c == '%') {
                c = (char) Integer.parseInt(percents, i + 1, i + 3, 16);
                i += 2;
            }
            bytes.append(c);
        }
        return bytes.toString();
    }
}
