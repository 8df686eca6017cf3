package org.qubestools.backup.create;

import java.nio.file.Path;
import java.util.List;

/**
 * What becomes one inner archive.
 *
 * @param source where it really is
 * @param kind how it is archived
 * @param entries of a SELECTION the names of its parts; else empty
 * @param path its name inside the backup, without chunk number
 * @param size bytes it takes on disk
 */
public record PlannedFile(Path source, Kind kind, List<String> entries, String path, long size) {
    /** How a file is archived. */
    public enum Kind {
        /** One regular file; links to it have been followed. */
        FILE,
        /** A directory with all in it. */
        DIRECTORY,
        /** A directory of which only some entries are archived, each with all in it; links stay links. */
        SELECTION
    }

    public PlannedFile {
        entries = List.copyOf(entries);
    }

    PlannedFile withSize(long bytes) {
        return new PlannedFile(source, kind, entries, path, bytes);
    }
}
