package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
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
public final class SocketFiles implements AutoCloseable {
    /** Callers that wait to be accepted. */
    private static final int BACKLOG = 128;

    private static final FileAttribute<Set<PosixFilePermission>> FOR_US =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;
    private final List<Owned> owned = new ArrayList<>();
    private final LockFile lock;

    /** A file of ours: which one it is, and what it holds or points to if that tells whose it is. */
    private record Owned(
            Path file, Object identity, @Nullable String content) {
        boolean isThere() throws IOException {
            return identity.equals(keyOf(file)) && (content == null || content.equals(contentOf(file)));
        }
    }

    /**
     * Takes the lock; makes the folder if need be.
     *
     * @throws DaemonRunsException if another one has it
     */
    public SocketFiles(Path folder, String name) throws IOException {
        this.folder = folder;
        makeFolder(folder);
        this.lock = LockFile.take(folder.resolve(name + ".lock"));
    }

    private static void makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) { // which may be behind a link
            Files.createDirectories(folder, FOR_US);
        }
    }

    private static @Nullable Object keyOf(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static String contentOf(Path file) throws IOException {
        return Files.isSymbolicLink(file)
                ? Files.readSymbolicLink(file).toString()
                : Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** Notes what is under this name now. */
    private void own(Path file, @Nullable String content) throws IOException {
        Object identity = keyOf(file);
        if (identity != null) {
            owned.add(new Owned(file, identity, content));
        }
    }

    /**
     * Looks whether somebody serves under this name.
     *
     * @throws DaemonRunsException if so
     */
    void requireUnanswered(String name) throws IOException {
        requireUnanswered(folder.resolve(name));
    }

    /** A socket under this name that accepts; one that nobody answers on is replaced. */
    public ServerSocketChannel socket(String name, Set<PosixFilePermission> mode) throws IOException {
        return socket(folder.resolve(name), mode);
    }

    /** A socket somewhere else; makes its folder if need be. */
    ServerSocketChannel socket(Path file, Set<PosixFilePermission> mode) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException(file + " is no name for a socket");
        }
        makeFolder(parent);
        requireUnanswered(file);
        // A folder of its own: nobody comes in before the permissions are right. Not longer than the name, as names of
        // sockets must be short.
        Path place = parent.resolve(temporaryName(file).replaceFirst("\\.sock$", ""));
        Path temporary = place.resolve("s");
        Files.deleteIfExists(temporary); // of one that was killed: the lock is ours
        Files.deleteIfExists(place);
        Files.createDirectory(place, FOR_US);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        boolean made = false;
        try {
            channel.bind(UnixDomainSocketAddress.of(temporary), BACKLOG);
            Files.setPosixFilePermissions(temporary, mode);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            own(file, null);
            made = true;
            return channel;
        } finally {
            if (!made) {
                channel.close();
                Files.deleteIfExists(temporary);
            }
            Files.delete(place);
        }
    }

    private static String temporaryName(Path file) {
        return "." + file.getFileName();
    }

    private static void requireUnanswered(Path file) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Not waiting: one whose queue of callers is full runs as well.
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(file));
        } catch (ConnectException e) {
            return; // what is left of a daemon that was killed
        } catch (IOException e) {
            if (keyOf(file) == null) {
                return;
            }
            throw e;
        }
        throw new DaemonRunsException("a daemon runs here already: " + file + " is answered");
    }

    /** The process number under this name. */
    void processNumber(String name) throws IOException {
        String content = ProcessHandle.current().pid() + "\n";
        Path file = folder.resolve(name);
        // No domain has this character in its name: it is not in the way of the folder of any socket.
        Path temporary = folder.resolve(temporaryName(file) + "~");
        boolean made = false;
        try {
            Files.deleteIfExists(temporary);
            Files.writeString(
                    temporary,
                    content,
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            made = true;
            own(file, content);
        } finally {
            if (!made) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** A link to one of the sockets, in place of any link there was, and of a socket that nobody answers on. */
    void link(String name, String target) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.isSymbolicLink(file)) {
            requireUnanswered(file);
        }
        Path temporary = folder.resolve("." + target + "~");
        Files.deleteIfExists(temporary);
        Files.createSymbolicLink(temporary, Path.of(target));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        own(file, target);
    }

    /** Removes what is still ours, newest first; the lock goes last. */
    @Override
    public void close() throws IOException {
        try (LockFile held = lock) {
            Objects.requireNonNull(held);
            for (int i = owned.size() - 1; i >= 0; i--) {
                if (owned.get(i).isThere()) {
                    Files.deleteIfExists(owned.get(i).file);
                }
            }
        }
    }
}
