package org.qubestools.backup.restore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.Dom0User;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.UnixStat;

/**
 * Where the home of dom0 goes.
 *
 * @param directory the home of the user, or a new directory
 * @param isNew it does not exist, or is empty, and becomes what was archived as a whole
 * @param owner whom the files shall belong to when this process may decide that; null to leave them
 */
record HomePlace(Path directory, boolean isNew, @Nullable Dom0User owner) {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'home-pre-restore-'yyyy-MM-dd-HHmmss", Locale.ROOT);
    private static final int WRITABLE = 0200;
    private static final int SET_ID = 06000;

    /** FAILED unless the place can be used. */
    void check() {
        String shown = SafeText.of(directory.toString());
        if (!isNew && !Files.isDirectory(directory)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no home directory " + shown,
                    "make it, or use --home-to or --skip-dom0-home");
        }
        if (isNew && Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && !isEmptyDirectory()) {
            throw new QubesException(
                    ErrorKind.FAILED, shown + " exists and is no empty directory", "name a new one with --home-to");
        }
        if (!Files.isDirectory(stagingPlace())) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no directory " + SafeText.of(stagingPlace().toString()),
                    "make it");
        }
    }

    private boolean isEmptyDirectory() {
        try {
            return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && Remains.entries(directory).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** A directory of the same file system in which to unpack. */
    Path stagingPlace() {
        return isNew ? directory.resolveSibling("") : directory;
    }

    /** Puts the unpacked home in place. */
    void put(Path unpacked, ZonedDateTime now, FileLayer layer, Consumer<String> note) {
        try {
            own(unpacked, layer);
            if (isNew) {
                layer.rename(unpacked, directory);
                layer.sync(stagingPlace());
                note.accept("the home of dom0 is in " + SafeText.of(directory.toString()));
            } else {
                exchange(unpacked, directory.resolve(NAME.format(now)), layer, note);
            }
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the home of dom0 could not be put in place: " + IoReason.of(e),
                    IoReason.advice(e),
                    e);
        }
    }

    /** Whole entries: what has the name of one of the archive goes into {@code aside}. */
    private void exchange(Path unpacked, Path aside, FileLayer layer, Consumer<String> note) throws IOException {
        boolean moved = false;
        for (Path entry : Remains.entries(unpacked)) {
            Path name = entry.getFileName();
            Path target = directory.resolve(name);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                if (!moved) {
                    layer.createDirectory(aside);
                    own(aside, layer);
                    note.accept("files of the home that are replaced are in " + SafeText.of(aside.toString()) + " now");
                    moved = true;
                }
                move(target, aside.resolve(name), layer);
            }
            move(entry, target, layer);
        }
        if (moved) {
            layer.sync(aside);
        }
        layer.sync(directory);
    }

    /** A directory that its owner may not write cannot change its parent. */
    private static void move(Path from, Path to, FileLayer layer) throws IOException {
        int mode = UnixStat.mode(from);
        boolean closed = Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS) && (mode & WRITABLE) == 0;
        if (closed) {
            layer.setMode(from, mode | WRITABLE);
        }
        layer.rename(from, to);
        if (closed) {
            layer.setMode(to, mode);
        }
    }

    private void own(Path path, FileLayer layer) throws IOException {
        if (owner == null || UnixStat.uid(path) != 0) {
            return;
        }
        own(path, owner.uid(), owner.gid(), layer);
    }

    private static void own(Path path, int uid, int gid, FileLayer layer) throws IOException {
        int mode = UnixStat.mode(path);
        layer.setGroup(path, gid);
        layer.setOwner(path, uid);
        if (!Files.isSymbolicLink(path) && (mode & SET_ID) != 0) {
            // A change of the owner takes these bits away.
            layer.setMode(path, mode);
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : Remains.entries(path)) {
                own(entry, uid, gid, layer);
            }
        }
    }
}
