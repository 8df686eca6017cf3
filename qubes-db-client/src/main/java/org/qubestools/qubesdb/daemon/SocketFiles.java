package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon has in its folder: a lock as long as it lives, sockets, a file with its process number. Each comes under
 * its name complete, with its permissions, and goes only if it is still ours.
 */
final class SocketFiles implements AutoCloseable {
    /** Callers that wait to be accepted. */
    private static final int BACKLOG = 128;

    private final Path folder;
    private final List<Owned> owned = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final FileChannel lock;
    private final Path lockFile;

    /** A file of ours, and which one it is. */
    private record Owned(Path file, @Nullable Object identity) {}

    private record Link(Path file, Path target) {}

    /**
     * Takes the lock; makes the folder if need be.
     *
     * @throws DaemonRunsException if another one has it
     */
    SocketFiles(Path folder, String name) throws IOException {
        this.folder = folder;
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.lockFile = folder.resolve(name + ".lock");
        this.lock = lock(lockFile);
    }

    private static FileChannel lock(Path file) throws IOException {
        while (true) {
            FileChannel channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Object identity = identity(file);
            boolean locked = false;
            try {
                locked = isLocked(channel) && Objects.equals(identity, identity(file)) && identity != null;
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
            if (locked) {
                return channel;
            }
            if (Objects.equals(identity, identity(file)) && identity != null) {
                throw new DaemonRunsException("a daemon runs here already: " + file + " is locked");
            }
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // by another daemon of this process
        }
    }

    private static @Nullable Object identity(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** A socket under this name that accepts; one that nobody answers on is replaced. */
    ServerSocketChannel socket(String name, Set<PosixFilePermission> mode) throws IOException {
        Path file = folder.resolve(name);
        requireUnanswered(file);
        // A folder of its own: nobody comes in before the permissions are right. Short, as names of sockets must be.
        Path place = folder.resolve(String.format(".%08x", name.hashCode()));
        Path temporary = place.resolve("s");
        Files.deleteIfExists(temporary); // of one that was killed: the lock is ours
        Files.deleteIfExists(place);
        Files.createDirectory(
                place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        boolean made = false;
        try {
            channel.bind(UnixDomainSocketAddress.of(temporary), BACKLOG);
            Files.setPosixFilePermissions(temporary, mode);
            replace(temporary, file);
            made = true;
            owned.add(new Owned(file, identity(file)));
            return channel;
        } finally {
            if (!made) {
                channel.close();
                Files.deleteIfExists(temporary);
            }
            Files.delete(place);
        }
    }

    private static void requireUnanswered(Path file) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
            throw new DaemonRunsException("a daemon runs here already: " + file + " is answered");
        } catch (DaemonRunsException e) {
            throw e;
        } catch (ConnectException e) {
            // What is left of a daemon that was killed.
        } catch (IOException e) {
            if (Files.exists(file)) {
                throw e;
            }
        }
    }

    private static void replace(Path temporary, Path file) throws IOException {
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException(file + " cannot be replaced", e);
        }
    }

    /** The process number under this name. */
    void processNumber(String name) throws IOException {
        Path file = folder.resolve(name);
        Path temporary = folder.resolve("." + name);
        boolean made = false;
        try {
            Files.deleteIfExists(temporary);
            Files.writeString(
                    temporary,
                    ProcessHandle.current().pid() + "\n",
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
            replace(temporary, file);
            made = true;
            owned.add(new Owned(file, identity(file)));
        } finally {
            if (!made) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** A link to one of the sockets, in place of any link there was. */
    void link(String name, String target) throws IOException {
        Path file = folder.resolve(name);
        Path temporary = folder.resolve("." + target + ".link");
        Files.deleteIfExists(temporary);
        Files.createSymbolicLink(temporary, Path.of(target));
        replace(temporary, file);
        links.add(new Link(file, Path.of(target)));
    }

    /** Removes what is still ours; the lock goes last. */
    @Override
    public void close() throws IOException {
        try (FileChannel held = lock) {
            for (Link link : links) {
                if (Files.isSymbolicLink(link.file)
                        && Files.readSymbolicLink(link.file).equals(link.target)) {
                    Files.deleteIfExists(link.file);
                }
            }
            for (Owned file : owned) {
                if (file.identity != null && Objects.equals(identity(file.file), file.identity)) {
                    Files.deleteIfExists(file.file);
                }
            }
            Files.deleteIfExists(lockFile);
        }
    }
}
