package org.qubestools.backup.create;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.qubestools.core.posix.RawPath;

/** All that a backup keeps of a tree, by path below it: type, mode, time, content, target, which names are one file. */
final class TreeFacts {
    private TreeFacts() {}

    static Map<String, String> of(Path top) throws IOException {
        Map<String, String> facts = new TreeMap<>();
        Map<Object, String> inodes = new HashMap<>();
        int skipped = RawPath.bytes(top).length;
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                facts.put(name(directory), "directory " + mode(directory) + " " + seconds(attributes));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                facts.put(name(file), described(file, attributes, inodes, name(file)));
                return FileVisitResult.CONTINUE;
            }

            private String name(Path path) {
                byte[] raw = RawPath.bytes(path);
                return new String(raw, skipped, raw.length - skipped, StandardCharsets.ISO_8859_1);
            }
        });
        return facts;
    }

    private static String described(Path file, BasicFileAttributes attributes, Map<Object, String> inodes, String name)
            throws IOException {
        if (attributes.isSymbolicLink()) {
            return "link " + HexFormat.of().formatHex(RawPath.bytes(Files.readSymbolicLink(file)));
        }
        String first = inodes.putIfAbsent(attributes.fileKey(), name);
        if (first != null) {
            return "same as " + first;
        }
        return "file " + mode(file) + " " + seconds(attributes) + " " + attributes.size() + " " + hash(file);
    }

    private static String mode(Path path) throws IOException {
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return Integer.toOctalString(mode & 07777);
    }

    private static long seconds(BasicFileAttributes attributes) {
        return Math.floorDiv(attributes.lastModifiedTime().toMillis(), 1000);
    }

    private static String hash(Path file) throws IOException {
        try {
            java.security.MessageDigest digest = java.security.MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            try (java.io.InputStream in = Files.newInputStream(file)) {
                for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                    digest.update(buffer, 0, got);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
