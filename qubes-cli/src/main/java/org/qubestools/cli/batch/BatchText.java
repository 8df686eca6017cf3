package org.qubestools.cli.batch;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.JsonInput;
import org.qubestools.core.error.QubesException;

/**
 * The text of a batch, taken apart: one command line a line, in words as a shell would part them or as a JSON array of
 * texts; see docs/batch.md, which is where the language is described.
 *
 * @param lines those that could be read, in their order
 * @param faults one for each line that could not
 */
public record BatchText(List<BatchLine> lines, List<BatchFault> faults) {
    /** Bytes of the longest batch. */
    public static final int MAX_SIZE = 8 << 20;

    /** Bytes of the longest line. */
    public static final int MAX_LINE = 128 << 10;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    public BatchText {
        lines = List.copyOf(lines);
        faults = List.copyOf(faults);
    }

    /**
     * Reads a whole batch. What is wrong with single lines is in {@link #faults}.
     *
     * @throws QubesException of kind USAGE if it is longer than {@link #MAX_SIZE}
     */
    public static BatchText read(byte[] untrusted) {
        if (untrusted.length > MAX_SIZE) {
            throw Usage.error("the batch is longer than " + MAX_SIZE + " bytes");
        }
        List<BatchLine> lines = new ArrayList<>();
        List<BatchFault> faults = new ArrayList<>();
        int number = 0;
        for (int start = startOfText(untrusted); start < untrusted.length; number++) {
            int end = endOfLine(untrusted, start);
            try {
                List<String> words = words(decoded(untrusted, start, end));
                if (!words.isEmpty()) {
                    lines.add(new BatchLine(number + 1, words));
                }
            } catch (QubesException e) {
                faults.add(new BatchFault(number + 1, e));
            }
            start = end + 1;
        }
        return new BatchText(lines, faults);
    }

    private static int startOfText(byte[] bytes) {
        for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
            if (i >= bytes.length || bytes[i] != BYTE_ORDER_MARK[i]) {
                return 0;
            }
        }
        return BYTE_ORDER_MARK.length;
    }

    private static int endOfLine(byte[] bytes, int start) {
        int end = start;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return end;
    }

    private static String decoded(byte[] bytes, int start, int end) {
        if (end - start > MAX_LINE) {
            throw Usage.error("the line is longer than " + MAX_LINE + " bytes");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, end - start))
                    .toString();
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException e) {
            throw Usage.error("the line is no text in UTF-8");
        }
    }

    private static List<String> words(String line) {
        String text = line.strip();
        List<String> words = text.startsWith("[") ? jsonWords(text) : new LineWords(line).words();
        if (!words.isEmpty() && words.get(0).isEmpty()) {
            throw Usage.error("the name of a tool expected, not an empty word");
        }
        return words;
    }

    private static List<String> jsonWords(String text) {
        Object value;
        try {
            value = JsonInput.parse(text.getBytes(StandardCharsets.UTF_8));
        } catch (QubesException e) {
            throw Usage.error(String.valueOf(e.getMessage()));
        }
        List<String> words = new ArrayList<>();
        for (Object element : value instanceof List<?> list ? list : List.of()) {
            if (!(element instanceof String word)) {
                throw Usage.error("a JSON array of texts expected; quote numbers too");
            }
            if (word.indexOf('\0') >= 0) {
                throw Usage.error("a word has a NUL character in it");
            }
            words.add(word);
        }
        if (words.isEmpty()) {
            throw Usage.error("the array is empty; the name of a tool expected");
        }
        return words;
    }
}
