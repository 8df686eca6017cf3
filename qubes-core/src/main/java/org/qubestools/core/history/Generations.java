package org.qubestools.core.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.store.StoreFile;

/** Reads the history. Nothing is kept; each call looks at the files. */
public final class Generations {
    private final GenerationFiles files;
    private final Supplier<byte[]> now;

    /**
     * The history in this directory, which need not exist.
     *
     * @param store whose history it is
     * @param now reads that store, where it has to be known whether the last change happened
     */
    public Generations(Path directory, Path store, Supplier<byte[]> now) {
        this.files = new GenerationFiles(directory, store);
        this.now = now;
    }

    /** The recorded changes from the oldest on. One whose record is damaged has no author, no time and no VMs. */
    public List<Generation> all() {
        List<Generation> all = new ArrayList<>();
        for (int number : numbers()) {
            all.add(record(number));
        }
        return all;
    }

    /** Without the change that a killed process had begun only. */
    private List<Integer> numbers() {
        try {
            List<Integer> numbers = files.numbers();
            int last = numbers.size() - 1;
            return last >= 0 && isUnfinished(numbers.get(last)) ? numbers.subList(0, last) : numbers;
        } catch (IOException e) {
            throw new UncheckedIOException(files.directory() + ": " + e.getMessage(), e);
        }
    }

    private boolean isUnfinished(int last) throws IOException {
        try {
            return files.isUnfinished(last, now);
        } catch (QubesException e) {
            return false; // the store cannot be read, so what is known of it counts
        }
    }

    /** The change of this number; FAILED if there is none. */
    public Generation get(int number) {
        if (!numbers().contains(number)) {
            throw new QubesException(
                    ErrorKind.FAILED, "the history has no change " + number, "see 'qubes-store history'");
        }
        return record(number);
    }

    /** The last one; FAILED if there is none. */
    public Generation last() {
        List<Integer> numbers = numbers();
        if (numbers.isEmpty()) {
            throw new QubesException(ErrorKind.FAILED, "there is no history yet", null);
        }
        return record(numbers.get(numbers.size() - 1));
    }

    private Generation record(int number) {
        Generation recorded = files.read(number);
        return recorded == null
                ? new Generation(number, 0, Author.UNKNOWN, false, "", "", List.of(), List.of())
                : recorded;
    }

    /** Whether what the store was before this change is known. */
    public boolean hasContent(int number) {
        return Files.exists(files.store(number));
    }

    /** What the store was before this change; FAILED if that is not known or damaged. */
    public byte[] before(Generation generation) {
        int number = generation.number();
        if (!hasContent(number)) {
            throw new QubesException(
                    ErrorKind.FAILED, "what the store was before change " + number + " is not known", null);
        }
        byte[] content = StoreFile.readCopy(files.store(number));
        if (!generation.before().isEmpty() && !ContentMark.of(content).equals(generation.before())) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    files.store(number) + " is not what was recorded, somebody changed it",
                    "name another change, or the file itself by its path");
        }
        return content;
    }

    /**
     * What the store was behind this change: before the next one, or what it is now.
     *
     * @param now the store
     * @throws QubesException FAILED if that is not known
     */
    public byte[] after(Generation generation, byte[] now) {
        for (int number : numbers()) {
            if (number > generation.number()) {
                return before(record(number));
            }
        }
        if (generation.after().isEmpty() || ContentMark.of(now).equals(generation.after())) {
            return now;
        }
        byte[] saved = files.saved(generation);
        if (saved == null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "what the store was behind change " + generation.number() + " is not known",
                    "it was changed since, and that is not in the history");
        }
        return saved;
    }
}
