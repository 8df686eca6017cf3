package org.qubestools.core.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.qubestools.core.posix.PosixFiles;
import org.qubestools.core.posix.RawPath;

/**
 * Every durable change on disk goes through here, one operation of the file system per call, so that a test can stop
 * the work at any of them.
 *
 * <p>No operation retries, cleans up or makes anything durable beyond its own contract. Failures are
 * {@link IOException}s as the JDK words them; the caller adds what it was doing.
 */
public interface FileLayer {
    /** Mode of a file as {@link #createFile} and {@link #copyFile} leave it. */
    int NEW_FILE_MODE = 0600;

    /** Mode of a directory as {@link #createDirectory} leaves it. */
    int NEW_DIRECTORY_MODE = 0700;

    /** The real file system. */
    static FileLayer system() {
        return SystemFileLayer.INSTANCE;
    }

    /** Creates {@code file}, which must not exist, with mode 0600; the caller closes the channel (read and write). */
    FileChannel createFile(Path file) throws IOException;

    /** Appends all of {@code content} at the channel's position. */
    void write(FileChannel file, byte[] content) throws IOException;

    /** Makes the existing {@code file} exactly {@code length} bytes long; what is added is a hole. */
    void setLength(Path file, long length) throws IOException;

    /**
     * Copies the content of the regular file {@code from} to {@code to}, which must not exist: holes stay holes, blocks
     * are shared where the file system can. The copy has mode 0600 and is not synced.
     */
    void copyFile(Path from, Path to) throws IOException;

    /** Creates one directory with mode 0700; its parent must exist and it must not. */
    void createDirectory(Path directory) throws IOException;

    /**
     * Creates the symbolic link {@code link}, which must not exist. {@code target} is stored byte by byte; where
     * {@link PosixFiles} is limited its doubled and final slashes are lost, which lead nowhere else.
     */
    void createSymlink(Path link, byte[] target) throws IOException;

    /** Gives the regular file {@code existing} a second name; {@code link} must not exist. */
    void hardLink(Path existing, Path link) throws IOException;

    /** Sets all twelve mode bits of a file or directory. */
    void setMode(Path path, int mode) throws IOException;

    /** Sets the numeric owner, of a link its own; needs root. */
    void setOwner(Path path, int uid) throws IOException;

    /** Sets the numeric group, of a link its own; needs root or membership. */
    void setGroup(Path path, int gid) throws IOException;

    /** {@code rename(2)}: atomic, on one file system, replaces an existing file, link or empty directory. */
    void rename(Path from, Path to) throws IOException;

    /** Removes one file, symbolic link (never its target) or empty directory, which must exist. */
    void delete(Path path) throws IOException;

    /** {@code fsync(2)} of a file or a directory. */
    void sync(Path path) throws IOException;

    /** Creates {@code file} with this content and mode 0600; not synced. */
    default void writeFile(Path file, byte[] content) throws IOException {
        try (FileChannel channel = createFile(file)) {
            write(channel, content);
        }
    }

    /** Creates the symbolic link {@code link}, which must not exist, to {@code target} as a Path writes it. */
    default void createSymlink(Path link, String target) throws IOException {
        createSymlink(link, RawPath.bytes(Path.of(target)));
    }

    /** Creates a file of {@code length} bytes that is one hole, with mode 0600; not synced. */
    default void createSparseFile(Path file, long length) throws IOException {
        createFile(file).close();
        setLength(file, length);
    }
}
