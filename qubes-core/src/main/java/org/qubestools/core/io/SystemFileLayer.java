package org.qubestools.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.qubestools.core.posix.PosixFiles;
import org.qubestools.core.posix.RawPath;

/** The file operations of the system, through the JDK and, for sparse copies, cp of coreutils. */
final class SystemFileLayer implements FileLayer {
    static final SystemFileLayer INSTANCE = new SystemFileLayer();

    private SystemFileLayer() {}

    @Override
    public FileChannel createFile(Path file) throws IOException {
        Set<StandardOpenOption> options =
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return FileChannel.open(file, options, only(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
    }

    @Override
    public void write(FileChannel file, byte[] content) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining()) {
            file.write(rest);
        }
    }

    @Override
    public void setLength(Path file, long length) throws IOException {
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (open.size() < length) {
                // Truncating only shortens, and RandomAccessFile knows only names that the locale can write.
                open.map(FileChannel.MapMode.READ_WRITE, length, 0);
            } else {
                open.truncate(length);
            }
        }
    }

    @Override
    public void copyFile(Path from, Path to) throws IOException {
        SparseCopy.runCp(from, to);
        setMode(to, NEW_FILE_MODE);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        Files.createDirectory(
                directory,
                only(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.OWNER_EXECUTE));
    }

    private static FileAttribute<Set<PosixFilePermission>> only(
            PosixFilePermission first, PosixFilePermission... more) {
        return PosixFilePermissions.asFileAttribute(EnumSet.of(first, more));
    }

    @Override
    public void createSymlink(Path link, byte[] target) throws IOException {
        Path path = RawPath.of(target);
        // Such as 'a//b' and 'a/': Path drops slashes that mean nothing.
        boolean changes = !Arrays.equals(RawPath.bytes(path), target);
        if (changes && PosixFiles.load().untrustedLimitation().isEmpty()) {
            PosixFiles.load().symlink(target, link);
        } else {
            Files.createSymbolicLink(link, path);
        }
    }

    @Override
    public void hardLink(Path existing, Path link) throws IOException {
        Files.createLink(link, existing);
    }

    @Override
    public void setMode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }

    @Override
    public void setOwner(Path path, int uid) throws IOException {
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void setGroup(Path path, int gid) throws IOException {
        Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.delete(path);
    }

    // An interrupt closes the channel; it must neither stop an undo nor leave in doubt what is on disk.
    @Override
    public void sync(Path path) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
