package org.qubestools.core.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What is in a directory, in a form that two moments can be compared by. */
public final class TestFiles {
    private TestFiles() {}

    /** The names in a directory. */
    public static Set<String> names(Path directory) {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> entries = Files.list(directory)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** Relative path to mode and content or link target, for everything below a directory. */
    public static Map<String, String> tree(Path directory) {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                tree.put(directory.relativize(entry).toString(), describe(entry));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tree;
    }

    private static String describe(Path entry) throws IOException {
        if (Files.isSymbolicLink(entry)) {
            return "-> " + Files.readSymbolicLink(entry);
        }
        String mode = Integer.toOctalString(UnixStat.mode(entry)) + " " + UnixStat.gid(entry);
        return Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) ? mode + " /" : mode + " " + Files.readString(entry);
    }
}
