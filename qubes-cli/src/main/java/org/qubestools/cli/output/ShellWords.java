package org.qubestools.cli.output;

import java.util.List;

/** Words on their way through a shell. */
public final class ShellWords {
    private ShellWords() {}

    /** One line from which every POSIX shell reads exactly these words. */
    public static String quoted(List<String> words) {
        StringBuilder line = new StringBuilder();
        for (String word : words) {
            line.append(line.isEmpty() ? "" : " ");
            if (isPlain(word)) {
                line.append(word);
            } else {
                line.append('\'').append(word.replace("'", "'\\''")).append('\'');
            }
        }
        return line.toString();
    }

    private static boolean isPlain(String word) {
        boolean plain = !word.isEmpty();
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            plain &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '+' && c <= ':' && c != ',') || c == '_';
        }
        return plain;
    }
}
