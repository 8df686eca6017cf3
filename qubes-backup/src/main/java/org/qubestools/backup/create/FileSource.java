package org.qubestools.backup.create;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.TarWriter;

/**
 * One file, directory or link to be archived, as it was when it was looked at.
 *
 * @param file number by which links to the same file are known
 * @param links number of names it has
 */
record FileSource(Path path, int mode, long mtime, long uid, long gid, long size, long device, long file, int links) {
    private static final int TYPE = 0170000;

    static FileSource look(Path path, boolean followLinks) throws IOException {
        LinkOption[] options = followLinks ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
        BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class, options);
        long mtime = Math.floorDiv(facts.lastModifiedTime().to(TimeUnit.MILLISECONDS), 1000);
        return new FileSource(
                path,
                (int) number(path, "mode", options),
                mtime,
                number(path, "uid", options),
                number(path, "gid", options),
                facts.size(),
                number(path, "dev", options),
                number(path, "ino", options),
                (int) number(path, "nlink", options));
    }

    private static long number(Path path, String name, LinkOption... options) throws IOException {
        Object value = Files.getAttribute(path, "unix:" + name, options);
        return ((Number) Objects.requireNonNull(value, "every file has it")).longValue();
    }

    boolean isFile() {
        return (mode & TYPE) == 0100000;
    }

    boolean isDirectory() {
        return (mode & TYPE) == 0040000;
    }

    boolean isSymlink() {
        return (mode & TYPE) == 0120000;
    }

    boolean isPipe() {
        return (mode & TYPE) == 0010000;
    }

    TarWriter.Facts facts(ByteName archived) {
        return new TarWriter.Facts(archived, mode & 07777, mtime, uid, gid);
    }
}
