package org.qubestools.backup.pipeline;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;

/** Where chunks go that do not fit into memory: files without a name in a directory that only the user may enter. */
public final class SpillSpace {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path parent;

    /**
     * Nothing is made before a chunk needs it.
     *
     * @param parent directory of the target, or for temporary files
     */
    public SpillSpace(Path parent) {
        this.parent = parent;
    }

    /** What to throw when a chunk of at least {@code size} bytes could not be written here. */
    QubesException full(IOException cause, long size) {
        return new QubesException(
                ErrorKind.FAILED,
                "a chunk of " + size + " bytes or more does not fit into a temporary file in " + parent + ": "
                        + IoReason.of(cause),
                "make room there, or give another directory with --tmpdir",
                cause);
    }

    /** A new empty file that vanishes with its channel, which the caller closes. */
    FileChannel open() {
        try {
            Path directory = Files.createTempDirectory(parent, ".qubes-backup-", PRIVATE);
            try {
                Path file = directory.resolve("chunk");
                FileChannel channel = FileChannel.open(
                        file,
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS));
                Files.delete(file);
                return channel;
            } finally {
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "a chunk is too large for memory and no temporary file can be made in " + parent + ": "
                            + IoReason.of(e),
                    "give more memory with --memory, or another directory with --tmpdir",
                    e);
        }
    }
}
