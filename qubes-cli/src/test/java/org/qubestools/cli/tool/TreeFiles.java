package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Whole directory trees: copied, removed, compared down to the bytes. */
final class TreeFiles {
    /** Larger files are holes that a tool made, which nobody should read through. */
    private static final long LARGEST_READ = 1L << 30;

    private TreeFiles() {}

    /** Makes {@code to}, which does not exist, the same as {@code from}; holes stay holes. */
    static void copy(Path from, Path to) throws IOException, InterruptedException {
        List<String> command = List.of("cp", "-a", from.toString(), to.toString());
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Both have the same files with the same bytes, modes and owners, but for paths that are {@code left} out. */
    static void assertSame(Path expected, Path actual, Predicate<String> left, String about) throws IOException {
        Map<String, String> listing = listing(expected, left);
        assertThat(listing(actual, left)).as(about).isEqualTo(listing);
        for (String name : listing.keySet()) {
            Path file = expected.resolve(name);
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) < LARGEST_READ) {
                assertThat(Files.mismatch(file, actual.resolve(name)))
                        .as(about + ": first byte that differs in " + name)
                        .isEqualTo(-1);
            }
        }
    }

    static void assertSame(Path expected, Path actual, String about) throws IOException {
        assertSame(expected, actual, name -> false, about);
    }

    /** True if it is the same file, link, or tree. */
    static boolean isSame(Path one, Path other) throws IOException {
        try {
            assertSame(one, other, "");
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    /** What each path below a directory is; the directory itself has the empty name. */
    private static Map<String, String> listing(Path top, Predicate<String> left) throws IOException {
        Map<String, String> listing = new TreeMap<>();
        if (!Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
            return listing;
        }
        try (Stream<Path> all = Files.walk(top)) {
            for (Path path : all.toList()) {
                String name = top.relativize(path).toString();
                if (!left.test(name)) {
                    listing.put(name, described(path));
                }
            }
        }
        return listing;
    }

    private static String described(Path path) throws IOException {
        Map<String, Object> facts = Files.readAttributes(path, "unix:mode,uid,gid,size", LinkOption.NOFOLLOW_LINKS);
        String owner = facts.get("uid") + ":" + facts.get("gid");
        String mode = Integer.toOctalString((Integer) facts.get("mode")) + " " + owner;
        if (Files.isSymbolicLink(path)) {
            return mode + " -> " + Files.readSymbolicLink(path);
        }
        return Files.isRegularFile(path) ? mode + " " + facts.get("size") : mode;
    }
}
