package org.qubestools.core.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileNames;
import org.qubestools.core.io.FlatJson;
import org.qubestools.core.store.StoreFile;

/**
 * The history in its directory: {@code generation-NNNNNN.xml} and {@code .json}, and the last save; which of it was only
 * begun.
 *
 * <p>The store itself is never opened here: that would end the lock of this process.
 */
final class GenerationFiles {
    private static final String PREFIX = "generation-";
    private static final int DIGITS = 6;
    private static final int MAX_DIGITS = 9;
    /** The words of a command line and the VMs of a store need no more, each character as an escape. */
    private static final long MAX_RECORD = 16 << 20;

    private final Path directory;
    private final Path inUse;

    /** The history in {@code directory}, which need not exist, of the store {@code inUse}. */
    GenerationFiles(Path directory, Path inUse) {
        this.directory = directory;
        this.inUse = inUse;
    }

    Path directory() {
        return directory;
    }

    /** The store before the change of this number. */
    Path store(int number) {
        return directory.resolve(PREFIX + padded(number) + ".xml");
    }

    /** What is recorded of the change of this number. */
    Path record(int number) {
        return directory.resolve(PREFIX + padded(number) + ".json");
    }

    /** What our last save wrote: not durable. */
    Path saved() {
        return directory.resolve(PREFIX + "saved.xml");
    }

    private static String padded(int number) {
        String digits = String.valueOf(number);
        return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits;
    }

    /** The numbers that have a file, from the oldest on; none without the directory. */
    List<Integer> numbers() throws IOException {
        TreeSet<Integer> numbers = new TreeSet<>();
        try {
            for (String name : FileNames.in(directory)) {
                int number = numberOf(name);
                if (number > 0) {
                    numbers.add(number);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        return new ArrayList<>(numbers);
    }

    private static int numberOf(String name) {
        if (!name.startsWith(PREFIX)) {
            return -1;
        }
        int end = name.endsWith(".xml") ? name.length() - 4 : name.endsWith(".json") ? name.length() - 5 : -1;
        int digits = end - PREFIX.length();
        if (digits < DIGITS || digits > MAX_DIGITS) {
            return -1;
        }
        for (int i = PREFIX.length(); i < end; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return -1;
            }
        }
        return Integer.parseInt(name.substring(PREFIX.length(), end));
    }

    /** What is recorded of the change of this number; null where that is missing or damaged. */
    @Nullable
    Generation read(int number) {
        try {
            Path file = record(number);
            return !Files.isRegularFile(file) || Files.size(file) > MAX_RECORD
                    ? null
                    : Generation.read(number, new String(Files.readAllBytes(file), StandardCharsets.US_ASCII));
        } catch (IOException | FlatJson.Malformed e) {
            return null; // cut off by a kill or a power failure, or by somebody
        }
    }

    /** What {@code latest} made of the store; null where it is not kept, as it is not durable. */
    byte @Nullable [] saved(Generation latest) {
        byte[] saved = content(saved());
        return saved != null && ContentMark.of(saved).equals(latest.after()) ? saved : null;
    }

    /** What is in this file; null where that cannot be read. */
    static byte @Nullable [] content(Path file) {
        try {
            return StoreFile.readCopy(file);
        } catch (QubesException e) {
            return null;
        }
    }

    /**
     * Whether the change of the last number did not happen, because the process was killed before it replaced the store.
     *
     * @param now the content of the store, asked for where its file does not tell
     */
    boolean isUnfinished(int last, Supplier<byte[]> now) throws IOException {
        Path copy = store(last);
        boolean kept = Files.exists(copy);
        if (kept && Files.exists(inUse) && Files.isSameFile(copy, inUse)) {
            return true; // the file that was to be replaced is in use
        }
        Generation latest = read(last);
        if (latest == null) {
            byte[] content = content(copy);
            return !kept || (content != null && isBeginning(content, now.get()));
        }
        if (latest.foreign() || saved(latest) != null) {
            return false;
        }
        String mark = ContentMark.of(now.get());
        return latest.before().equals(mark) && !latest.after().equals(mark);
    }

    /** True of all of {@code whole} too: a copy, where the file system has no links, may be cut off. */
    private static boolean isBeginning(byte[] part, byte[] whole) {
        int mismatch = Arrays.mismatch(part, whole);
        return mismatch < 0 || mismatch == part.length;
    }
}
