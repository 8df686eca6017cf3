package org.qubestools.backup.create;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
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
    /** One call of the system for all. */
    private static final String ATTRIBUTES = "unix:mode,lastModifiedTime,uid,gid,size,dev,ino,nlink";

    static FileSource look(Path path, boolean followLinks) throws IOException {
        LinkOption[] options = followLinks ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
        Map<String, Object> facts = Files.readAttributes(path, ATTRIBUTES, options);
        FileTime mtime = (FileTime) Objects.requireNonNull(facts.get("lastModifiedTime"), "every file has it");
        return new FileSource(
                path,
                (int) number(facts, "mode"),
                Math.floorDiv(mtime.to(TimeUnit.MILLISECONDS), 1000),
                number(facts, "uid"),
                number(facts, "gid"),
                number(facts, "size"),
                number(facts, "dev"),
                number(facts, "ino"),
                (int) number(facts, "nlink"));
    }

    private static long number(Map<String, Object> facts, String name) {
        return ((Number) Objects.requireNonNull(facts.get(name), "every file has it")).longValue();
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
