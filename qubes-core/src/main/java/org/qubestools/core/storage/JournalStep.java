package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.UnixStat;
import org.qubestools.core.posix.RawPath;

/**
 * One step of a change as the journal knows it: how to do it, and how to undo it when nobody knows how far it came.
 *
 * <p>{@link #undo} looks at what is there and may be called any number of times, for a step that was done, half done,
 * not begun or undone before. It only ever deletes what has a name of ours or the inode that the journal names.
 */
sealed interface JournalStep {
    /** What it does, as a phrase that fits after "cannot". */
    String describe();

    void perform(FileLayer layer) throws IOException;

    void undo(FileLayer layer) throws IOException;

    /** The path that is to be deleted when the change is final. */
    default Optional<Path> garbage() {
        return Optional.empty();
    }

    /** Where {@code path} is after this step. */
    default Path follow(Path path) {
        return path;
    }

    private static Path moved(Path path, Path from, Path to) {
        return path.startsWith(from) ? to.resolve(from.relativize(path)) : path;
    }

    /** A directory that was missing; stays if something is in it. */
    record MakeDirectory(Path path) implements JournalStep {
        @Override
        public String describe() {
            return "make directory " + path;
        }

        @Override
        public void perform(FileLayer layer) throws IOException {
            layer.createDirectory(path);
        }

        @Override
        public void undo(FileLayer layer) throws IOException {
            if (Trees.exists(path)) {
                try {
                    layer.delete(path);
                    Trees.syncParent(layer, path);
                } catch (DirectoryNotEmptyException e) {
                    // Somebody uses it: then it is not litter.
                    return;
                }
            }
        }
    }

    /** Something new that is being made under a name of ours. */
    record Prepare(Path staging) implements JournalStep {
        @Override
        public String describe() {
            return "make " + staging;
        }

        @Override
        public void perform(FileLayer layer) {}

        @Override
        public void undo(FileLayer layer) throws IOException {
            Trees.delete(layer, staging);
        }
    }

    /**
     * Gives the prepared {@code staging} its name; what had that name is kept as {@code backup}.
     *
     * @param inode of what was prepared
     */
    record Put(Path staging, Path backup, Path target, long inode, boolean mustBeNew) implements JournalStep {
        @Override
        public String describe() {
            return "put " + target + " in place";
        }

        @Override
        public void perform(FileLayer layer) throws IOException {
            if (Trees.exists(target)) {
                if (mustBeNew) {
                    throw new FileAlreadyExistsException(target.toString());
                } else if (Files.isSymbolicLink(target)) {
                    layer.createSymlink(backup, RawPath.bytes(Files.readSymbolicLink(target)));
                } else {
                    layer.hardLink(target, backup);
                }
            }
            layer.rename(staging, target);
            Trees.syncParent(layer, target);
        }

        @Override
        public void undo(FileLayer layer) throws IOException {
            if (Trees.exists(staging)) {
                // Not put in place yet, so what the backup is a copy of is still there.
                Trees.delete(layer, backup);
            } else if (Trees.exists(backup)) {
                if (Trees.exists(target) && UnixStat.inode(target) != inode) {
                    throw new FileAlreadyExistsException(target.toString());
                }
                layer.rename(backup, target);
            } else if (Trees.exists(target) && UnixStat.inode(target) == inode) {
                layer.rename(target, staging);
            }
            Trees.delete(layer, staging);
            if (Trees.exists(target)) {
                Trees.syncParent(layer, target);
            }
        }

        @Override
        public Optional<Path> garbage() {
            return Optional.of(backup);
        }
    }

    /** Renames something to a name that is free. */
    record Move(Path from, Path to) implements JournalStep {
        @Override
        public String describe() {
            return "rename " + from + " to " + to;
        }

        @Override
        public void perform(FileLayer layer) throws IOException {
            if (Trees.exists(to)) {
                throw new FileAlreadyExistsException(to.toString());
            }
            layer.rename(from, to);
            sync(layer);
        }

        @Override
        public void undo(FileLayer layer) throws IOException {
            if (!Trees.exists(from) && Trees.exists(to)) {
                layer.rename(to, from);
                sync(layer);
            }
        }

        private void sync(FileLayer layer) throws IOException {
            Trees.syncParent(layer, from);
            if (!to.resolveSibling("").equals(from.resolveSibling(""))) {
                Trees.syncParent(layer, to);
            }
        }

        @Override
        public Path follow(Path path) {
            return moved(path, from, to);
        }
    }

    /** Takes something out of the way, to be deleted when the change is final. */
    record Trash(Path path, Path trash) implements JournalStep {
        @Override
        public String describe() {
            return "remove " + path;
        }

        @Override
        public void perform(FileLayer layer) throws IOException {
            layer.rename(path, trash);
            Trees.syncParent(layer, path);
        }

        @Override
        public void undo(FileLayer layer) throws IOException {
            if (!Trees.exists(trash)) {
                return;
            }
            if (Trees.exists(path)) {
                throw new FileAlreadyExistsException(path.toString());
            }
            layer.rename(trash, path);
            Trees.syncParent(layer, path);
        }

        @Override
        public Optional<Path> garbage() {
            return Optional.of(trash);
        }

        @Override
        public Path follow(Path path) {
            return moved(path, this.path, trash);
        }
    }

    /** Left over from an earlier change that could not delete it. */
    record Garbage(Path path) implements JournalStep {
        @Override
        public String describe() {
            return "remove " + path;
        }

        @Override
        public void perform(FileLayer layer) {}

        @Override
        public void undo(FileLayer layer) {}

        @Override
        public Optional<Path> garbage() {
            return Optional.of(path);
        }
    }
}
