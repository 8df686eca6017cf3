package org.qubestools.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The words of the command line. The JVM makes U+FFFD of every byte that is no UTF-8; the values of QubesDB are bytes, so
 * for its tools such words are read again as the kernel has them, with U+DC80 to U+DCFF for bytes that are no UTF-8.
 */
final class RawWords {
    /** How the names of the tools for QubesDB begin. */
    static final String QUBESDB = "qubesdb-";

    private static final char UNDECODABLE = '\ufffd';
    private static final char FIRST_SURROGATE = '\udc00';

    private RawWords() {}

    static List<String> of(String... args) {
        List<String> words = Arrays.asList(args);
        for (String word : args) { // no stream: this is on the way of every start
            if (word.indexOf(UNDECODABLE) >= 0 && isOfQubesDb(words)) {
                return reread(words);
            }
        }
        return words;
    }

    /** Whether the first word names a tool for QubesDB. */
    static boolean isOfQubesDb(List<String> words) {
        return !words.isEmpty() && words.get(0).startsWith(QUBESDB);
    }

    private static List<String> reread(List<String> words) {
        try {
            return last(Files.readAllBytes(Path.of("/proc/self/cmdline")), words);
        } catch (IOException e) {
            return words; // no /proc: then it stays as the JVM has it
        }
    }

    /** The last words of a command line, in which each ends with a NUL; {@code words} if there are fewer. */
    static List<String> last(byte[] commandLine, List<String> words) {
        String[] result = new String[words.size()];
        int end = commandLine.length - 1;
        for (int i = result.length - 1; i >= 0; i--) {
            if (end < 0) {
                return words;
            }
            int start = end;
            while (start > 0 && commandLine[start - 1] != 0) {
                start--;
            }
            result[i] = text(Arrays.copyOfRange(commandLine, start, end));
            end = start - 1;
        }
        return List.of(result);
    }

    private static String text(byte[] word) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(word))
                    .toString();
        } catch (CharacterCodingException e) {
            StringBuilder text = new StringBuilder();
            for (byte b : word) {
                text.append(b >= 0 ? (char) b : (char) (FIRST_SURROGATE + (b & 0xff)));
            }
            return text.toString();
        }
    }
}
