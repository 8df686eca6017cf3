package org.qubestools.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The fields of {@code lstat(2)} that only the "unix" attribute view of the JDK shows. */
public final class UnixStat {
    private UnixStat() {}

    public static int uid(Path path) throws IOException {
        return number(path, "unix:uid").intValue();
    }

    public static int gid(Path path) throws IOException {
        return number(path, "unix:gid").intValue();
    }

    /** The twelve mode bits, without the file type. */
    public static int mode(Path path) throws IOException {
        return number(path, "unix:mode").intValue() & 07777;
    }

    public static long inode(Path path) throws IOException {
        return number(path, "unix:ino").longValue();
    }

    public static long device(Path path) throws IOException {
        return number(path, "unix:dev").longValue();
    }

    private static Number number(Path path, String attribute) throws IOException {
        return (Number) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
    }
}
