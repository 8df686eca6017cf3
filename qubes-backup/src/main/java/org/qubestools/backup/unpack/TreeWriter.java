package org.qubestools.backup.unpack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.posix.RawPath;

/**
 * Makes the entries of archives below one directory, under the bytes of their names. It never follows a link, never
 * replaces anything, and takes back what it made since the last {@link #settle} when asked.
 *
 * <p>What cannot be made because of its name, its kind or what stands there is a DamagedArchive: others may well be made.
 * All other failures, such as a full disk, are QubesExceptions. Both name the file.
 */
public final class TreeWriter {
    private static final int ORDINARY_DIRECTORY = 0755;

    private final Path root;
    private final FileLayer layer;
    private final Set<Path> safeParents = new HashSet<>();
    private final Deque<Path> made = new ArrayDeque<>();
    /** Parents before what is in them. */
    private final Map<Path, Marks> directories = new LinkedHashMap<>();
    /** What {@link #directories} held at the last {@link #settle} for those set since. */
    private final Map<Path, Optional<Marks>> settled = new HashMap<>();

    /** What a directory gets when nothing more is written into it. */
    private record Marks(int mode, @Nullable Long mtime) {}

    /** Writes below {@code root}, which exists. */
    public TreeWriter(Path root, FileLayer layer) {
        this.root = root;
        this.layer = layer;
        safeParents.add(root);
    }

    /** What stands in the tree does not allow the entry. */
    private static final class Misplaced extends IOException {
        private static final long serialVersionUID = 1L;

        Misplaced(String message) {
            super(message);
        }
    }

    /** Something that may fail as files do. */
    private interface Work {
        void run() throws IOException;
    }

    private void named(ByteName path, Work work) throws DamagedArchive {
        try {
            work.run();
        } catch (Misplaced e) {
            throw new DamagedArchive("cannot write '" + path + "': " + e.getMessage(), e);
        } catch (DamagedArchive e) {
            throw e; // in the content
        } catch (InvalidPathException e) {
            throw new DamagedArchive("cannot write '" + path + "': no file can have this name", e);
        } catch (IOException e) {
            String refusal = NameRefusal.of(e);
            if (refusal != null) {
                throw new DamagedArchive("cannot write '" + path + "': " + refusal, e);
            }
            throw new QubesException(
                    ErrorKind.FAILED, "cannot write '" + path + "': " + IoReason.of(e), IoReason.advice(e), e);
        }
    }

    /** A regular file, with holes where it has no data; {@code mode} as in chmod. */
    public void file(ByteName path, TarEntry entry, int mode, ArchiveHandler.Content content) throws DamagedArchive {
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
    }

    /** A directory; it may be there already. */
    public void directory(ByteName path, int mode, @Nullable Long mtime) throws DamagedArchive {
        named(path, () -> {
            Path directory = prepare(path);
            if (!isRealDirectory(directory)) {
                layer.createDirectory(directory);
                made.push(directory);
            }
            safeParents.add(directory);
            record(directory, new Marks(mode, mtime));
        });
    }

    /**
     * A symbolic link whose target is stored byte by byte and never looked at. False if doubled or final slashes of the
     * target are lost because this process cannot write them.
     */
    public boolean symlink(ByteName path, ByteName target, long mtime) throws DamagedArchive {
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
    public void hardLink(ByteName path, ByteName existing) throws DamagedArchive {
        named(path, () -> {
            Path link = prepare(path);
            Path target = real(existing);
            if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new Misplaced("the file it is a link to is not there");
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
            throw new Misplaced("the path leads elsewhere");
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
            throw new Misplaced("the path leads elsewhere");
        }
        makeParents(parent);
        if (!isRealDirectory(directory)) {
            layer.createDirectory(directory);
            made.push(directory);
            record(directory, new Marks(ORDINARY_DIRECTORY, null));
        }
        safeParents.add(directory);
    }

    private void record(Path directory, Marks marks) {
        Optional<Marks> before = Optional.ofNullable(directories.put(directory, marks));
        settled.putIfAbsent(directory, before);
    }

    private static boolean isRealDirectory(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new Misplaced("something that is no directory stands there");
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
        settled.clear();
    }

    /**
     * Removes what was made since {@link #settle}; what cannot be removed stays. Of directories that were there before,
     * the modes and times are forgotten that were given since.
     */
    public void takeBack() {
        while (!made.isEmpty()) {
            Path path = made.pop();
            try {
                layer.delete(path);
                directories.remove(path);
                safeParents.remove(path);
                settled.remove(path);
            } catch (IOException e) {
                settled.remove(path); // a directory that holds what others put there: it stays, as do its mode and time
            }
        }
        settled.forEach((path, before) ->
                before.ifPresentOrElse(marks -> directories.put(path, marks), () -> directories.remove(path)));
        settled.clear();
    }

    /** Gives directories the modes and times they shall have, the innermost first; the last call. */
    public void finish() {
        List<Map.Entry<Path, Marks>> all = new ArrayList<>(directories.entrySet());
        Collections.reverse(all);
        for (Map.Entry<Path, Marks> directory : all) {
            mark(directory.getKey(), directory.getValue());
        }
        directories.clear();
    }

    private void mark(Path directory, Marks marks) {
        try {
            layer.setMode(directory, marks.mode());
            if (marks.mtime() != null) {
                setTime(directory, marks.mtime());
            }
        } catch (IOException e) {
            ByteName shown = ByteName.of(RawPath.bytes(root.relativize(directory)));
            throw new QubesException(
                    ErrorKind.FAILED, "cannot write '" + shown + "': " + IoReason.of(e), IoReason.advice(e), e);
        }
    }
}
