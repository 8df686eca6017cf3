package org.qubestools.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.qubestools.core.error.QubesException;

/** Copies an image so that holes stay holes, sharing its blocks where the file system can. */
public final class SparseCopy {
    private SparseCopy() {}

    /**
     * Copies the regular file {@code from} to {@code to}, which must not exist, and syncs it; its mode is 0600.
     *
     * @param progress is told the name of {@code to} and, at the end, the length of the file
     */
    public static void copy(FileLayer layer, Path from, Path to, Progress progress) throws IOException {
        progress.item(String.valueOf(to.getFileName()));
        layer.copyFile(from, to);
        layer.sync(to);
        progress.advance(Files.size(to));
    }

    /** The work of {@link FileLayer#copyFile}; a copy that was begun is removed on failure. */
    static void runCp(Path from, Path to) throws IOException {
        if (!Files.isRegularFile(from, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("cannot copy " + from + ": " + (Files.exists(from) ? "not a file" : "no such file"));
        }
        // Creating it first keeps the content from others while it is copied, and makes sure that it is new.
        SystemFileLayer.INSTANCE.createFile(to).close();
        try {
            Subprocess.of(
                            "cp",
                            "--sparse=auto",
                            "--reflink=auto",
                            "--no-preserve=all",
                            "--no-target-directory",
                            "--",
                            from.toAbsolutePath().toString(),
                            to.toAbsolutePath().toString())
                    .run()
                    .requireSuccess();
        } catch (QubesException e) {
            Files.deleteIfExists(to);
            throw new IOException("cannot copy " + from + ": " + e.getMessage(), e);
        }
    }
}
