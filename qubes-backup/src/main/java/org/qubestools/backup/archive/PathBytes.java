package org.qubestools.backup.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** The bytes of file names that this runtime read from a directory, whatever they are in its encoding. */
public final class PathBytes {
    private PathBytes() {}

    /** The last part of a path. */
    public static ByteName name(Path path) {
        ByteName whole = absolute(path);
        return whole.from(whole.lastSlash() + 1);
    }

    /** A path as it was read, such as the target of a link; relative ones stay so. */
    public static ByteName of(Path path) {
        if (path.isAbsolute()) {
            return absolute(path);
        }
        // A relative path has no URI; behind a known directory it has.
        return absolute(Path.of("/-").resolve(path)).from(3);
    }

    private static ByteName absolute(Path path) {
        String uri = Objects.requireNonNull(path.toAbsolutePath().toUri().getRawPath(), "a file has a path");
        byte[] ascii = uri.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < ascii.length; i++) {
            if (ascii[i] == '%') {
                bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(ascii[i]);
            }
        }
        byte[] all = bytes.toByteArray();
        // The URI of a directory that exists ends in a slash.
        boolean slash = all.length > 1 && all[all.length - 1] == '/';
        ByteName name = ByteName.of(all);
        return slash ? name.first(all.length - 1) : name;
    }
}
