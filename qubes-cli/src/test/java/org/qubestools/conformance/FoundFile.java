package org.qubestools.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A file, directory or link of a tree; links are not followed.
 *
 * @param path where it can be opened, whatever its name
 * @param identity the same for all names of one file
 * @param target of a link, as {@link RawName}; otherwise empty
 */
record FoundFile(Path path, String type, int mode, long mtime, long size, Object identity, String target) {
    private static final int PERMISSIONS = 07777;
    private static final int FORMAT = 0170000;

    /**
     * What the bytes of a file are.
     *
     * @param sectors how many blocks of 512 bytes are not all zero
     * @param pages how many blocks of the size asked for are not all zero
     */
    record Content(String sha256, long sectors, long pages) {}

    /** Everything below a directory, by path as {@link RawName}, without the directory itself. */
    static Map<String, FoundFile> below(Path directory) throws IOException {
        Map<String, FoundFile> found = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) walk.skip(1)::iterator) {
                found.put(RawName.of(directory.relativize(path)), of(path));
            }
        }
        return found;
    }

    private static FoundFile of(Path path) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) attributes.get("mode");
        String type = type(mode & FORMAT);
        return new FoundFile(
                path,
                type,
                mode & PERMISSIONS,
                ((FileTime) attributes.get("lastModifiedTime")).to(TimeUnit.SECONDS),
                (Long) attributes.get("size"),
                attributes.get("fileKey"),
                type.equals("symlink") ? RawName.of(Files.readSymbolicLink(path)) : "");
    }

    private static String type(int format) {
        return switch (format) {
            case 0100000 -> "file";
            case 0040000 -> "dir";
            case 0120000 -> "symlink";
            case 0010000 -> "fifo";
            default -> "special file";
        };
    }

    /** Reads it to the end. */
    Content content(int page) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[page];
        long sectors = 0;
        long pages = 0;
        try (InputStream in = Files.newInputStream(path)) {
            for (int length = in.readNBytes(buffer, 0, page); length > 0; length = in.readNBytes(buffer, 0, page)) {
                digest.update(buffer, 0, length);
                int used = sectors(buffer, length);
                sectors += used;
                pages += used == 0 ? 0 : 1;
            }
        }
        return new Content(HexFormat.of().formatHex(digest.digest()), sectors, pages);
    }

    private static int sectors(byte[] buffer, int length) {
        int used = 0;
        for (int start = 0; start < length; start += 512) {
            int end = Math.min(start + 512, length);
            int i = start;
            while (i < end && buffer[i] == 0) {
                i++;
            }
            used += i < end ? 1 : 0;
        }
        return used;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
