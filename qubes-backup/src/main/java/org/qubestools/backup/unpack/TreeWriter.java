package org.qubestools.backup.unpack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.posix.RawPath;

/**
 * Makes the entries of archives below one directory, under the bytes of their names. It never follows a link, never replaces anything, and takes back
 * what it made since the last {@link #settle} when asked. Failures are QubesExceptions that name the file.
 */
public final class TreeWriter {
    private static final int ORDINARY_DIRECTORY = 0755;

    private final Path root;
    private final FileLayer layer;
    private final Set<Path> safeParents = new HashSet<>();
    private final Deque<Path> made = new ArrayDeque<>();
    private final Deque<Directory> directories = new ArrayDeque<>();

    /** A directory whose mode and time are set when nothing more is written into it. */
    private record Directory(Path path, int mode, @Nullable Long mtime) {}

    /** Writes below {@code root}, which exists. */
    public TreeWriter(Path root, FileLayer layer) {
        this.root = root;
        this.layer = layer;
        safeParents.add(root);
    }

    /** Something that may fail as files do. */
    private interface Work {
        void run() throws IOException;
    }

    private void named(ByteName path, Work work) {
        try {
            work.run();
        } catch (FileAlreadyExistsException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "'" + path + "' is there already", "nothing is replaced; use an empty place", e);
        } catch (org.qubestools.backup.archive.DamagedArchive e) {
            throw new InArchive(e);
        } catch (InvalidPathException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot write '" + path + "': no file can have this name", null, e);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot write '" + path + "': " + IoReason.of(e), IoReason.advice(e), e);
        }
    }

    /** Carries damage of the archive, which is not the file system's, through {@link #named}. */
    private static final class InArchive extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final org.qubestools.backup.archive.DamagedArchive damage;

        InArchive(org.qubestools.backup.archive.DamagedArchive damage) {
            super(damage);
            this.damage = damage;
        }
    }

    /** A regular file, with holes where it has no data; {@code mode} as in chmod. */
    public void file(ByteName path, TarEntry entry, int mode, ArchiveHandler.Content content) throws IOException {
        try {
            named(path, () -> {
                Path file = prepare(path);
                try (FileChannel channel = layer.createFile(file)) {
                    made.push(file);
                    content.to(new SparseFile(channel));
                }
                layer.setLength(file, entry.size());
                layer.setMode(file, mode);
                setTime(file, entry.mtime());
            });
        } catch (InArchive e) {
            throw e.damage;
        }
    }

    /** A directory; it may be there already. */
    public void directory(ByteName path, int mode, @Nullable Long mtime) {
        named(path, () -> {
            Path directory = prepare(path);
            if (!isRealDirectory(directory)) {
                layer.createDirectory(directory);
                made.push(directory);
            }
            safeParents.add(directory);
            directories.push(new Directory(directory, mode, mtime));
        });
    }

    /**
     * A symbolic link whose target is stored byte by byte and never looked at. False if doubled or final slashes of the
     * target are lost because this process cannot write them.
     */
    public boolean symlink(ByteName path, ByteName target, long mtime) {
        named(path, () -> {
            Path link = prepare(path);
            layer.createSymlink(link, target.bytes());
            made.push(link);
            setTime(link, mtime);
        });
        return hasTarget(path, target);
    }

    private boolean hasTarget(ByteName path, ByteName target) {
        try {
            return target.equals(ByteName.of(RawPath.bytes(Files.readSymbolicLink(real(path)))));
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot read '" + path + "': " + IoReason.of(e), IoReason.advice(e), e);
        }
    }

    /** A second name for the regular file {@code existing}, which was made before. */
    public void hardLink(ByteName path, ByteName existing) {
        named(path, () -> {
            Path link = prepare(path);
            Path target = real(existing);
            if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("the file it is a link to is not there");
            }
            layer.hardLink(target, link);
            made.push(link);
        });
    }

    private Path real(ByteName path) {
        return root.resolve(RawPath.of(path.bytes()));
    }

    /** The real path of a new entry; what is missing above it is made, what is there must be directories. */
    private Path prepare(ByteName path) throws IOException {
        Path real = real(path);
        Path parent = real.getParent();
        if (parent == null || !real.normalize().equals(real) || !real.startsWith(root)) {
            throw new IOException("the path leads elsewhere");
        }
        makeParents(parent);
        return real;
    }

    private void makeParents(Path directory) throws IOException {
        if (safeParents.contains(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent == null) {
            throw new IOException("the path leads elsewhere");
        }
        makeParents(parent);
        if (!isRealDirectory(directory)) {
            layer.createDirectory(directory);
            made.push(directory);
            directories.push(new Directory(directory, ORDINARY_DIRECTORY, null));
        }
        safeParents.add(directory);
    }

    private static boolean isRealDirectory(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("something that is no directory stands there");
        }
        return false;
    }

    private static void setTime(Path path, long seconds) throws IOException {
        FileTime time = FileTime.from(seconds, TimeUnit.SECONDS);
        Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(time, null, null);
    }

    /** What was made so far stays. */
    public void settle() {
        made.clear();
    }

    /** Removes what was made since {@link #settle}; what cannot be removed stays. */
    public void takeBack() {
        while (!made.isEmpty()) {
            Path path = made.pop();
            directories.removeIf(directory -> directory.path().equals(path));
            safeParents.remove(path);
            try {
                layer.delete(path);
            } catch (IOException e) {
                // A directory that holds what an earlier archive made: it stays, as do its mode and time.
                directories.push(new Directory(path, ORDINARY_DIRECTORY, null));
                safeParents.add(path);
            }
        }
    }

    /** Gives directories the modes and times they shall have; the last call. */
    public void finish() {
        while (!directories.isEmpty()) {
            Directory directory = directories.pop();
            ByteName shown = ByteName.of(RawPath.bytes(root.relativize(directory.path())));
            named(shown, () -> {
                layer.setMode(directory.path(), directory.mode());
                if (directory.mtime() != null) {
                    setTime(directory.path(), directory.mtime());
                }
            });
        }
    }
}
