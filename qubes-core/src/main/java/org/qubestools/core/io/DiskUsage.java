package org.qubestools.core.io;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * How much room a file takes; measured by stat and du of coreutils, because the JDK cannot tell.
 *
 * @param length bytes of content, holes included
 * @param allocated bytes on disk
 */
public record DiskUsage(long length, long allocated) {
    /** Paths per call, so that the argument list stays below the system's limit. */
    private static final int BATCH = 1000;

    private static final int OUTPUT_LIMIT = 16 << 20;

    /** The usage of each file (links: of the link itself); those that cannot be examined are missing. */
    public static Map<Path, DiskUsage> ofFiles(List<Path> files) {
        Map<Path, DiskUsage> usage = new HashMap<>();
        Map<String, Path> byName = byName(files);
        List<String> stat = List.of("stat", "--printf=%b %B %s %n\\0", "--");
        for (String line : run(stat, files)) {
            String[] fields = line.split(" ", 4);
            long allocated = Math.multiplyExact(number(fields[0]), number(fields[1]));
            put(usage, byName.get(fields[3]), new DiskUsage(number(fields[2]), allocated));
        }
        return usage;
    }

    /**
     * The allocated bytes of each directory, with all files and directories in it, each hard link counted; links are
     * not followed; those that do not exist are missing.
     */
    public static Map<Path, Long> ofTrees(List<Path> directories) {
        Map<Path, Long> usage = new HashMap<>();
        Map<String, Path> byName = byName(directories);
        List<String> du = List.of("du", "--summarize", "--count-links", "--block-size=1", "--null", "--");
        for (String line : run(du, directories)) {
            String[] fields = line.split("\t", 2);
            put(usage, byName.get(fields[1]), number(fields[0]));
        }
        return usage;
    }

    // Both programs print what they can and have status 1 if that is not all.
    private static List<String> run(List<String> program, List<Path> paths) {
        List<String> lines = new ArrayList<>();
        for (int from = 0; from < paths.size(); from += BATCH) {
            List<String> command = new ArrayList<>(program);
            for (Path path : paths.subList(from, Math.min(from + BATCH, paths.size()))) {
                command.add(path.toString());
            }
            Subprocess.Result result =
                    Subprocess.of(command).withOutputLimit(OUTPUT_LIMIT).run();
            if (result.status() > 1) {
                result.requireSuccess();
            }
            String output = new String(result.stdout(), StandardCharsets.UTF_8);
            int start = 0;
            for (int end = output.indexOf('\0'); end >= 0; end = output.indexOf('\0', start)) {
                lines.add(output.substring(start, end));
                start = end + 1;
            }
        }
        return lines;
    }

    private static Map<String, Path> byName(List<Path> paths) {
        Map<String, Path> byName = new HashMap<>();
        for (Path path : paths) {
            byName.put(path.toString(), path);
        }
        return byName;
    }

    private static <T> void put(Map<Path, T> usage, @Nullable Path path, T value) {
        if (path != null) {
            usage.put(path, value);
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "unexpected size '" + SafeText.of(text) + "' from stat or du", null, e);
        }
    }
}
