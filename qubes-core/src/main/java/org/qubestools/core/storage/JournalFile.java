package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;

/** The file that holds the {@link Journal}; used under the exclusive lock of the store beside it. */
final class JournalFile {
    private static final int MAX_BYTES = 8 << 20;

    private final FileLayer layer;
    private final Path path;
    private final Path fresh;
    private final Ownership ownership;

    JournalFile(FileLayer layer, Path path, Ownership ownership) {
        this.layer = layer;
        this.path = path;
        this.fresh = path.resolveSibling(path.getFileName() + ".new");
        this.ownership = ownership;
    }

    Path path() {
        return path;
    }

    /** The path as it is written into the journal: without links, so that it is the same whoever looks. */
    Path place() throws IOException {
        return path.toAbsolutePath().resolveSibling("").toRealPath().resolve(path.getFileName());
    }

    /** Replaces the journal, durably. */
    void write(Journal journal) throws IOException {
        removeUnfinished();
        layer.writeFile(fresh, JournalText.format(journal));
        ownership.giveTo(layer, fresh);
        layer.setMode(fresh, Trees.FILE_MODE);
        layer.sync(fresh);
        layer.rename(fresh, path);
        syncDirectory();
    }

    /**
     * What is pending, empty if nothing is.
     *
     * @throws QubesException FAILED if the file is not a journal of this place
     */
    Optional<Journal> read() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.size(path) > MAX_BYTES) {
            throw bad("it is not a file of ours");
        }
        try {
            Journal journal = JournalText.parse(Files.readAllBytes(path));
            if (!journal.place().equals(place())) {
                throw bad("it was written for another directory");
            }
            return Optional.of(journal);
        } catch (JournalText.BadJournal e) {
            throw bad(e.why());
        }
    }

    /** Removes what a crash left of a journal that was just being written. */
    void removeUnfinished() throws IOException {
        if (Files.exists(fresh, LinkOption.NOFOLLOW_LINKS)) {
            layer.delete(fresh);
        }
    }

    /** Nothing is pending any more. */
    void remove() throws IOException {
        removeUnfinished();
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            layer.delete(path);
        }
        syncDirectory();
    }

    private void syncDirectory() throws IOException {
        layer.sync(path.toAbsolutePath().resolveSibling(""));
    }

    QubesException bad(String why) {
        return new QubesException(
                ErrorKind.FAILED,
                path + " says that a change of files was interrupted, but " + why,
                "check the files of the VMs, then remove it");
    }
}
