package org.qubestools.core.posix;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Paths of the default file system from and to the bytes they are made of. A {@link Path} carries any bytes; only its
 * texts are limited to what the locale can write. Its URI is not.
 */
public final class RawPath {
    private static final Path ROOT = Path.of("/");

    /** A component whose place in a URI shows where the path before it ends: a directory's own URI gets a slash. */
    private static final String MARK = "+";

    private RawPath() {}

    /** The bytes of a path, doubled and final slashes included where it has some. */
    public static byte[] bytes(Path path) {
        if (path.getNameCount() == 0) {
            return new byte[] {'/'};
        }
        String uri = ROOT.resolve(path).resolve(MARK).toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length());
        int end = uri.lastIndexOf("/" + MARK);
        for (int i = path.isAbsolute() ? 0 : 1; i < end; i++) {
            char c = uri.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }

    /**
     * The path with these bytes, but for doubled and final slashes, which no Path made of a name has.
     *
     * @throws InvalidPathException if there is a NUL among them
     */
    public static Path of(byte[] name) {
        if (isAscii(name)) {
            return Path.of(new String(name, StandardCharsets.US_ASCII));
        }
        StringBuilder uri = new StringBuilder("file://");
        boolean slash = true;
        for (byte b : name) {
            if (b == '/') {
                slash = true;
                continue;
            }
            if (b == 0) {
                throw new InvalidPathException(new String(name, StandardCharsets.UTF_8), "Nul character not allowed");
            }
            if (slash) {
                uri.append('/');
                slash = false;
            }
            uri.append('%').append(hex(b >> 4)).append(hex(b));
        }
        Path path = Path.of(URI.create(uri.toString()));
        return name[0] == '/' ? path : path.subpath(0, path.getNameCount());
    }

    private static char hex(int digit) {
        return Character.forDigit(digit & 0xf, 16);
    }

    private static boolean isAscii(byte[] name) {
        for (byte b : name) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }
}
