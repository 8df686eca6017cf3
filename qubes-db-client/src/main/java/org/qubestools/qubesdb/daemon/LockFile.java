package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A locked file, which is removed when the lock is given up. Excludes other processes and the rest of this one. */
final class LockFile implements AutoCloseable {
    /**
     * Locks of this process. It must not so much as open such a file again: when any descriptor of it is closed, the
     * system takes the lock away, whoever has it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private LockFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Which file is under a name: its number, and its age, as numbers are used again. */
    private record Identity(@Nullable Object key, Object time) {}

    /**
     * Makes the file if need be, and locks it.
     *
     * @throws DaemonRunsException if somebody has the lock
     */
    static LockFile take(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Path name = parent == null ? file : parent.toRealPath().resolve(file.getFileName());
        if (!HELD.add(name)) {
            throw new DaemonRunsException("a daemon runs here already, in this process: " + file + " is locked");
        }
        boolean locked = false;
        try {
            LockFile lock = new LockFile(name, open(name));
            locked = true;
            return lock;
        } finally {
            if (!locked) {
                HELD.remove(name);
            }
        }
    }

    /** Who had the lock may have removed the file meanwhile, and another one may have made it again: then once more. */
    private static FileChannel open(Path file) throws IOException {
        while (true) {
            make(file);
            Optional<Identity> before = identity(file);
            if (before.isEmpty()) {
                continue;
            }
            FileChannel channel;
            try {
                channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException e) {
                continue;
            }
            boolean kept = false;
            try {
                boolean locked = channel.tryLock() != null;
                boolean same = before.equals(identity(file));
                kept = locked && same;
                if (kept) {
                    return channel;
                }
                if (same) {
                    throw new DaemonRunsException("a daemon runs here already: " + file + " is locked");
                }
            } finally {
                if (!kept) {
                    channel.close();
                }
            }
        }
    }

    private static void make(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // Of one that runs, or was killed.
        }
    }

    private static Optional<Identity> identity(Path file) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new Identity(attributes.fileKey(), attributes.lastModifiedTime()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        try (FileChannel held = channel) {
            if (held.isOpen()) {
                Files.deleteIfExists(file);
            }
        } finally {
            HELD.remove(file);
        }
    }
}
