package org.qubestools.cli.batch;

import java.util.List;

/**
 * One command line of a batch.
 *
 * @param number of the line in the file, from 1
 * @param words untrusted; the name of a tool first, at least that
 */
public record BatchLine(int number, List<String> words) {
    public BatchLine {
        words = List.copyOf(words);
    }

    /** The untrusted name of the tool. */
    public String tool() {
        return words.get(0);
    }

    /** What follows the name of the tool. */
    public List<String> arguments() {
        return words.subList(1, words.size());
    }
}
