package org.qubestools.core.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * An open file with a POSIX record lock on all of it, known to have been the file of that path when it was locked.
 *
 * <p>The lock belongs to the process and is gone as soon as any descriptor of the same file is closed, so nothing but
 * {@link StoreGuard} may make one.
 */
final class LockedFile {
    private static final Path OUR_DESCRIPTORS = Path.of("/proc/self/fd");

    private final FileChannel channel;
    private final Object key;
    private int users;

    private LockedFile(FileChannel channel, Object key) {
        this.channel = channel;
        this.key = key;
    }

    /** What tells one file from another that later has the same name, and perhaps its inode number. */
    private record Identity(Object key, FileTime modified) {
        static Identity of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new FileSystemException(file.toString(), null, "not a regular file");
            }
            Object key = attributes.fileKey();
            return new Identity(key == null ? file : key, attributes.lastModifiedTime());
        }

        /** As equals, which a record makes at run time, at a tenth of the cost of starting a JVM. */
        boolean isSame(Identity other) {
            return key.equals(other.key) && modified.equals(other.modified);
        }
    }

    /**
     * Opens and locks {@code file} without waiting; null if somebody else has the lock.
     *
     * <p>The JDK cannot tell which file a channel is open on, so the path is examined before the open and after the
     * lock. If nothing changed, then either the locked file is the named one, or the file was replaced twice in between
     * and the last one got the inode number of the first (and, for mtime, within one tick of the clock). A reader may
     * live with that: it has the store as it was a moment ago, complete. A writer must not, its save would undo the
     * other's: it also makes sure that one of our descriptors is open on the file that has the name now. That can only
     * be the locked one, as no other descriptor of a store is ever open here; and that file keeps the name, as to
     * replace it one needs the lock.
     */
    static @Nullable LockedFile tryLock(Path file, boolean exclusive) throws IOException {
        while (true) {
            Identity before = Identity.of(file);
            FileChannel channel = exclusive
                    ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
                    : FileChannel.open(file, StandardOpenOption.READ);
            boolean kept = false;
            try {
                if (!lock(channel, exclusive)) {
                    return null;
                }
                if (before.isSame(Identity.of(file)) && (!exclusive || isOpenHere(file))) {
                    kept = true;
                    return new LockedFile(channel, before.key());
                }
            } finally {
                if (!kept) {
                    channel.close();
                }
            }
        }
    }

    /** Takes over a channel that holds the exclusive lock of the file that was just given the name of the store. */
    static LockedFile adopt(FileChannel channel) {
        return new LockedFile(channel, channel);
    }

    /** Locks all of the file; false if somebody else has the lock. */
    static boolean lock(FileChannel channel, boolean exclusive) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, !exclusive) != null;
        } catch (OverlappingFileLockException e) {
            // Another name of the same file is locked in this JVM.
            return false;
        }
    }

    private static boolean isOpenHere(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        if (key == null || !Files.isDirectory(OUR_DESCRIPTORS, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(OUR_DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                if (isOpenOn(descriptor, key)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isOpenOn(Path descriptor, Object key) throws IOException {
        try {
            return key.equals(
                    Files.readAttributes(descriptor, BasicFileAttributes.class).fileKey());
        } catch (NoSuchFileException e) {
            // Closed meanwhile by another thread.
            return false;
        }
    }

    FileChannel channel() {
        return channel;
    }

    /** Whether {@code file} still names this file and the channel is usable. */
    boolean isCurrent(Path file) throws IOException {
        return channel.isOpen() && key.equals(Identity.of(file).key());
    }

    /** One more reader uses this. */
    void retain() {
        users++;
    }

    /** One reader less; the last one closes the file and with it the lock. */
    void release() throws IOException {
        users--;
        if (users == 0) {
            close();
        }
    }

    /** Closes the file and with it the lock. */
    void close() throws IOException {
        channel.close();
    }
}
