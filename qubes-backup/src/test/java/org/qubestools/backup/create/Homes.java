package org.qubestools.backup.create;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.core.posix.RawPath;

/** Homes with everything that a home can have. */
final class Homes {
    private static final int DEPTH = 60;

    private Homes() {}

    /** Names, links, modes and times of every kind. */
    static void fill(Path home) throws IOException {
        names(home);
        links(home);
        modes(home);
        deep(home);
        try (RandomAccessFile file = new RandomAccessFile(home.resolve("sparse").toFile(), "rw")) {
            for (int i = 0; i < 30; i++) {
                file.seek(100_000L * i + 40_960);
                file.write(i + 1);
            }
            file.setLength(5_000_000);
        }
        Files.setLastModifiedTime(home, FileTime.fromMillis(1_300_000_000_000L));
    }

    private static void names(Path home) throws IOException {
        List<byte[]> names = new ArrayList<>();
        for (String name : List.of(
                " ", "a b", "new\nline", "back\\slash", "-rf", "quo\"te'", "*?[", "\u00e4\u20ac", ".x", "..x")) {
            names.add(name.getBytes(StandardCharsets.UTF_8));
        }
        names.add(new byte[] {(byte) 0xff, (byte) 0xfe, 1, 127});
        names.add(new byte[] {(byte) 0xc3});
        names.add("n".repeat(255).getBytes(StandardCharsets.US_ASCII));
        names.add("m".repeat(87).getBytes(StandardCharsets.US_ASCII));
        for (byte[] name : names) {
            Files.write(home.resolve(RawPath.of(name)), name);
        }
        Path raw = Files.createDirectory(home.resolve(RawPath.of(new byte[] {'d', (byte) 0x80})));
        Files.write(raw.resolve(RawPath.of(new byte[] {(byte) 0x81})), new byte[1000]);
    }

    private static void links(Path home) throws IOException {
        Files.writeString(home.resolve("zz-first"), "linked");
        Files.createDirectory(home.resolve("links"));
        Files.createLink(home.resolve("links/second"), home.resolve("zz-first"));
        Files.createLink(home.resolve("aa-third"), home.resolve("zz-first"));
        for (Map.Entry<String, String> link : Map.of(
                        "dangling", "nowhere/at all",
                        "absolute", "/nonexistent//passwd",
                        "user-link", "user-data/x",
                        "up", "../../../x",
                        "long", "t".repeat(300))
                .entrySet()) {
            Files.createSymbolicLink(home.resolve("links/" + link.getKey()), Path.of(link.getValue()));
        }
        Files.createSymbolicLink(home.resolve("links/raw"), RawPath.of(new byte[] {(byte) 0xe4, '/', 'x'}));
    }

    private static void modes(Path home) throws IOException {
        Path modes = Files.createDirectory(home.resolve("modes"));
        for (int mode : new int[] {0400, 0444, 0600, 0755, 04711, 02755, 0777}) {
            Path file = Files.writeString(modes.resolve(Integer.toOctalString(mode)), "m" + mode);
            Files.setAttribute(file, "unix:mode", mode);
            Files.setLastModifiedTime(file, FileTime.fromMillis(1000L * mode - 100_000));
        }
        Files.createDirectory(home.resolve("empty"));
        Path shut = Files.createDirectory(home.resolve("shut"));
        Files.setAttribute(shut, "unix:mode", 01555);
    }

    private static void deep(Path home) throws IOException {
        Path deepest = home.resolve("deep");
        for (int i = 0; i < DEPTH; i++) {
            deepest = deepest.resolve("level-" + i + "-" + "x".repeat(30));
        }
        Files.createDirectories(deepest);
        Files.writeString(deepest.resolve("bottom"), "deep");
    }
}
