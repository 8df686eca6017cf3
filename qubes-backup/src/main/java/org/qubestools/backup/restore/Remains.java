package org.qubestools.backup.restore;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.UnixStat;

/** Removes trees that an archive filled, whatever modes it gave to directories; links are never followed. */
final class Remains {
    private static final int OWNER = 0700;

    private Remains() {}

    /** Nothing there is fine. */
    static void delete(FileLayer layer, Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            if ((UnixStat.mode(tree) & OWNER) != OWNER) {
                layer.setMode(tree, OWNER);
            }
            for (Path entry : entries(tree)) {
                delete(layer, entry);
            }
        }
        layer.delete(tree);
    }

    /** What is in a directory, sorted. */
    static List<Path> entries(Path directory) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path entry : stream) {
                entries.add(entry);
            }
        }
        Collections.sort(entries);
        return entries;
    }
}
