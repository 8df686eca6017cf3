package org.qubestools.core.storage;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One step of a {@link FileChanges} plan, as it was asked for. */
sealed interface FileChange {
    /** The path that the step is about, and that a message names. */
    Path path();

    /** What it does, as a phrase that fits after "cannot". */
    String describe();

    /** Makes a directory and its missing parents. */
    record Directory(Path path) implements FileChange {
        @Override
        public String describe() {
            return "make directory " + path;
        }
    }

    /** Makes a directory tree; {@code contents} by their names in it is what later changes may reckon with. */
    record Create(Path path, Populate populate, Map<String, PlannedTree.Item> contents) implements FileChange {
        public Create {
            contents = Map.copyOf(contents);
        }

        @Override
        public String describe() {
            return "create " + path;
        }
    }

    /** Renames something; of what came from elsewhere {@code completed} adds what it lacks, null for nothing. */
    record Move(Path path, Path to, @Nullable Populate completed) implements FileChange {
        @Override
        public String describe() {
            return "rename " + path + " to " + to;
        }
    }

    /** Makes or replaces a symbolic link. */
    record Link(Path path, String target) implements FileChange {
        @Override
        public String describe() {
            return "link " + path + " to " + target;
        }
    }

    /** Removes a symbolic link. */
    record Unlink(Path path) implements FileChange {
        @Override
        public String describe() {
            return "remove link " + path;
        }
    }

    /** Removes anything. */
    record Delete(Path path) implements FileChange {
        @Override
        public String describe() {
            return "remove " + path;
        }
    }

    /** Makes or replaces a file. */
    @SuppressWarnings("ArrayRecordComponent") // never compared; the plan owns its copy of the bytes
    record Write(Path path, byte[] content, int mode) implements FileChange {
        @Override
        public String describe() {
            return "write " + path + " (" + content.length + " bytes)";
        }
    }

    /** Makes or replaces a file that is one hole. */
    record Sparse(Path path, long size, int mode) implements FileChange {
        @Override
        public String describe() {
            return "make " + path + " (" + size + " bytes, empty)";
        }
    }
}
