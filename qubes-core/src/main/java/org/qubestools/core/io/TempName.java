package org.qubestools.core.io;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Names of files that are about to replace another one: beside it, its name and a random suffix of ours. */
public final class TempName {
    private static final String MARK = ".qvm-";

    private TempName() {}

    /** A new name in the directory of {@code target}, which must have one. */
    public static Path beside(Path target) {
        return target.resolveSibling(target.getFileName() + MARK + token());
    }

    /** Where in a name of such a file that of its target ends; -1 if it is none. */
    public static int markIn(String name) {
        int at = name.length() - 16 - MARK.length();
        return at > 0 && name.startsWith(MARK, at) && isToken(name.substring(at + MARK.length())) ? at : -1;
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** Sixteen random hexadecimal digits; no secret. */
    public static String token() {
        String digits = Long.toHexString(ThreadLocalRandom.current().nextLong());
        return "0".repeat(16 - digits.length()) + digits;
    }

    /**
     * Deletes what interrupted replacements of {@code target} left behind.
     *
     * <p>The caller must exclude other replacements, or it takes away a file that is in work.
     */
    public static void clearStale(FileLayer layer, Path target) throws IOException {
        String prefix = target.getFileName() + MARK;
        try (DirectoryStream<Path> names = Files.newDirectoryStream(parentOf(target))) {
            for (Path path : names) {
                String name = path.getFileName().toString();
                if (name.length() == prefix.length() + 16 && name.startsWith(prefix)) {
                    layer.delete(path);
                }
            }
        }
    }

    static Path parentOf(Path target) {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no file name: " + target);
        }
        return parent;
    }
}
