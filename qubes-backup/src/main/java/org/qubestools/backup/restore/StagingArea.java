package org.qubestools.backup.restore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.TempName;

/**
 * A directory where a restore unpacks before anything is put in place. A lock file beside it is locked as long as the
 * restore lives: the kernel releases it however that ends, and then a later one may clear both.
 */
final class StagingArea implements AutoCloseable {
    private static final String PREFIX = ".qvm-restore-";
    private static final String LOCK = ".lock";
    private static final int TOKEN = 16;
    private static final int TRIES = 10;

    private final FileLayer layer;
    private final Path directory;
    private final Path lockFile;
    private final FileChannel lock;

    private StagingArea(FileLayer layer, Path directory, Path lockFile, FileChannel lock) {
        this.layer = layer;
        this.directory = directory;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** Makes one in the directory {@code place}, which exists. */
    static StagingArea in(Path place, FileLayer layer) {
        try {
            for (int i = 0; i < TRIES; i++) {
                StagingArea area = attempt(place.resolve(PREFIX + TempName.token()), layer);
                if (area != null) {
                    return area;
                }
            }
            throw new IOException("others take it away");
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot make a directory to unpack in " + SafeText.of(place.toString()) + ": " + IoReason.of(e),
                    IoReason.advice(e),
                    e);
        }
    }

    private static @Nullable StagingArea attempt(Path directory, FileLayer layer) throws IOException {
        Path file = directory.resolveSibling(directory.getFileName() + LOCK);
        FileChannel channel = layer.createFile(file);
        boolean ready = false;
        try {
            // Between the two calls one that clears up may have taken the file for a left one.
            ready = channel.tryLock() != null && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
            if (ready) {
                layer.createDirectory(directory);
            }
        } finally {
            if (!ready) {
                channel.close();
            }
        }
        return ready ? new StagingArea(layer, directory, file, channel) : null;
    }

    Path directory() {
        return directory;
    }

    /** Removes it with all that is still in it. */
    @Override
    public void close() {
        try (lock) {
            Remains.delete(layer, directory);
            layer.delete(lockFile);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot remove " + SafeText.of(directory.toString()) + ": " + IoReason.of(e),
                    "remove it",
                    e);
        }
    }

    /**
     * Clears what killed restores left in these directories.
     *
     * @param dryRun only tell
     * @return a line for each one
     */
    static List<String> clear(List<Path> places, FileLayer layer, boolean dryRun) {
        List<String> lines = new ArrayList<>();
        for (Path place : places) {
            if (!Files.isDirectory(place)) {
                continue;
            }
            try {
                for (Path entry : Remains.entries(place)) {
                    clear(entry, layer, dryRun, lines);
                }
            } catch (IOException e) {
                lines.add("cannot look for what interrupted restores left in " + SafeText.of(place.toString()) + ": "
                        + IoReason.of(e));
            }
        }
        return lines;
    }

    private static void clear(Path entry, FileLayer layer, boolean dryRun, List<String> lines) {
        String name = String.valueOf(entry.getFileName());
        boolean isLock = name.startsWith(PREFIX)
                && name.endsWith(LOCK)
                && name.length() == PREFIX.length() + TOKEN + LOCK.length();
        if (isLock) {
            Path directory = entry.resolveSibling(name.substring(0, name.length() - LOCK.length()));
            clearLocked(entry, directory, layer, dryRun, lines);
        } else if (name.startsWith(PREFIX)
                && name.length() == PREFIX.length() + TOKEN
                && !Files.exists(entry.resolveSibling(name + LOCK), LinkOption.NOFOLLOW_LINKS)) {
            lines.add(SafeText.of(entry.toString()) + " looks like left by a restore but has no lock file; "
                    + "remove it if none is running");
        }
    }

    private static void clearLocked(Path file, Path directory, FileLayer layer, boolean dryRun, List<String> lines) {
        String shown = SafeText.of(directory.toString());
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            FileLock taken = tryLock(channel);
            if (taken == null) {
                return;
            }
            if (dryRun) {
                lines.add("an interrupted restore left " + shown + "; the next one clears it");
                return;
            }
            Remains.delete(layer, directory);
            layer.delete(file);
            lines.add("an interrupted restore had left " + shown + "; it is cleared now");
        } catch (IOException e) {
            lines.add("an interrupted restore left " + shown + ", which cannot be removed: " + IoReason.of(e));
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
