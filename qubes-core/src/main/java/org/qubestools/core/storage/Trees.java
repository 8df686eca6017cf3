package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.UnixStat;

/** Work on whole directory trees; symbolic links are objects of their own here and never followed. */
final class Trees {
    static final int FILE_MODE = 0660;
    static final int DIRECTORY_MODE = 02770;

    private static final int SET_GROUP_ID = 02000;

    private Trees() {}

    static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Deletes a file, link or tree and makes that durable; nothing there is fine. */
    static void delete(FileLayer layer, Path tree) throws IOException {
        if (!exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                layer.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                layer.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
        syncParent(layer, tree);
    }

    /** Gives everything in a new tree its group and mode, see {@link Populate}, and makes it durable. */
    static void seal(FileLayer layer, Path tree, Ownership ownership) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    sealOne(layer, file, ownership, FileLayer.NEW_FILE_MODE, FILE_MODE);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                sealOne(layer, directory, ownership, FileLayer.NEW_DIRECTORY_MODE, DIRECTORY_MODE);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void sealOne(FileLayer layer, Path path, Ownership ownership, int fresh, int mode)
            throws IOException {
        ownership.giveTo(layer, path);
        if ((UnixStat.mode(path) & ~SET_GROUP_ID) == fresh) {
            layer.setMode(path, mode);
        }
        layer.sync(path);
    }

    /** Makes what happened to the name {@code path} durable. */
    static void syncParent(FileLayer layer, Path path) throws IOException {
        Path parent = path.getParent();
        if (parent != null) {
            layer.sync(parent);
        }
    }
}
