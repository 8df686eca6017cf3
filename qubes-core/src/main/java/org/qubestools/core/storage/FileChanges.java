package org.qubestools.core.storage;

import java.nio.file.Path;
import java.util.List;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;

/**
 * The changes of files that belong to one edit of the store: all of them are done before the store is saved, or none
 * remains, kill -9 and power loss included.
 *
 * <p>This is a plan, nothing happens before {@link #apply}. Steps are done in the order in which they were added, but
 * new directories and contents are made beforehand, under other names in the parent directory of their final ones;
 * that parent must exist before {@code apply} or be asked for with {@link #directory}. All paths are absolute.
 */
public final class FileChanges {
    /** Makes {@code dir} and its missing parents unless it exists; on the way back it is removed if empty. */
    public void directory(Path dir) {
        throw new UnsupportedOperationException("not yet");
    }

    /** A new directory tree; {@code dir} must not exist. */
    public void create(Path dir, Populate populate) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Renames a file, link or tree within its file system; {@code to} must not exist. */
    public void move(Path from, Path to) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Makes a symbolic link, or replaces one. */
    public void link(Path link, String target) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Removes a symbolic link, which must exist. */
    public void unlink(Path link) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Removes a file, or a directory with everything in it, which must exist; links are never followed. */
    public void delete(Path tree) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Makes a file with this content, or replaces one; {@code mode} as in chmod. */
    public void write(Path file, byte[] content, int mode) {
        throw new UnsupportedOperationException("not yet");
    }

    public boolean isEmpty() {
        throw new UnsupportedOperationException("not yet");
    }

    /** One line for each step, for people. */
    public List<String> describe() {
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * Does everything but the final deletions; a failure undoes what was done and is a QubesException (FAILED).
     *
     * <p>The caller holds the exclusive lock of the store, has called {@link #recover}, saves the store and then calls
     * {@link Applied#commit}; closing without commit undoes everything.
     *
     * @param journal file beside the store that says what is going on, so that {@link #recover} can finish it
     * @param storeBefore the bytes of the store as it is
     * @param storeAfter the bytes that will be saved; may be the same
     */
    public Applied apply(FileLayer layer, Path journal, Ownership ownership, byte[] storeBefore, byte[] storeAfter) {
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * Finishes or undoes a change that was interrupted; called under the exclusive lock before every edit.
     *
     * <p>If the store is what the interrupted change would have saved, the change is completed; if it is what it was
     * before, everything is undone; otherwise, and if the journal makes no sense, nothing is touched and a
     * QubesException (FAILED) names the journal.
     *
     * @return a line for each thing done or still to do; empty when nothing was pending
     */
    public static List<String> recover(FileLayer layer, Path journal, byte[] store) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Changes that are done but can still be taken back. */
    public interface Applied extends AutoCloseable {
        /**
         * The store was saved: deletes what was to be deleted.
         *
         * @return a line for each thing that could not be deleted now; the next edit tries again
         */
        List<String> commit();

        /** Without commit: takes everything back; QubesException (FAILED) naming what is left over. Idempotent. */
        @Override
        void close();
    }
}
