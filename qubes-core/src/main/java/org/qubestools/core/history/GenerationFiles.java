package org.qubestools.core.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.qubestools.core.io.FileNames;
import org.qubestools.core.io.FlatJson;

/** The names of the history in its directory: {@code generation-NNNNNN.xml} and {@code .json}, and the last save. */
final class GenerationFiles {
    private static final String PREFIX = "generation-";
    private static final int DIGITS = 6;
    private static final int MAX_DIGITS = 9;
    /** The words of a command line and the VMs of a store need no more, each character as an escape. */
    private static final long MAX_RECORD = 16 << 20;

    private final Path directory;

    GenerationFiles(Path directory) {
        this.directory = directory;
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

    /**
     * What is recorded of the change of this number.
     *
     * @throws FlatJson.Malformed if it is no record of ours
     */
    Generation read(int number) throws IOException, FlatJson.Malformed {
        Path file = record(number);
        if (Files.size(file) > MAX_RECORD) {
            throw new FlatJson.Malformed("it is too long");
        }
        return Generation.read(number, new String(Files.readAllBytes(file), StandardCharsets.US_ASCII));
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
}
