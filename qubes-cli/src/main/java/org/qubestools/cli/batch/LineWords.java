package org.qubestools.cli.batch;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.error.QubesException;

/**
 * Parts one line into words as a POSIX shell would, for the part of its language that means nothing but text: blanks,
 * both quotes, backslashes, comments. What a shell would act on (variables, pipes, several commands) is refused and not
 * taken for text, so that no line means something else here than there. Patterns are text: some tools take them.
 */
final class LineWords {
    /** What a shell acts on when it is not quoted. */
    private static final String ACTIVE = "$`|&;<>()";

    private final String line;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int at;

    LineWords(String untrustedLine) {
        line = untrustedLine;
    }

    /**
     * The words; none for an empty line or a comment.
     *
     * @throws QubesException of kind USAGE
     */
    List<String> words() {
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c == ' ' || c == '\t') {
                endWord();
            } else if (c == '#' && !inWord) {
                at = line.length();
            } else {
                inWord = true;
                character(c);
            }
        }
        endWord();
        return words;
    }

    private void character(char c) {
        if (c == '\'') {
            single();
        } else if (c == '"') {
            quoted();
        } else if (c == '\\') {
            if (at == line.length()) {
                throw Usage.error("a line cannot go on in the next one; there is a backslash at its end");
            }
            add(line.charAt(at++));
        } else if (ACTIVE.indexOf(c) >= 0) {
            throw active(c);
        } else {
            add(c);
        }
    }

    private void single() {
        int end = line.indexOf('\'', at);
        if (end < 0) {
            throw Usage.error("a ' has no second one");
        }
        while (at < end) {
            add(line.charAt(at++));
        }
        at = end + 1;
    }

    private void quoted() {
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c == '"') {
                return;
            } else if (c == '$' || c == '`') {
                throw active(c);
            } else if (c == '\\' && at < line.length() && "$`\"\\".indexOf(line.charAt(at)) >= 0) {
                add(line.charAt(at++));
            } else {
                add(c);
            }
        }
        throw Usage.error("a \" has no second one");
    }

    private void add(char c) {
        if ((c < ' ' && c != '\t') || c == 0x7F) {
            throw Usage.error("there is a control character in the line; a JSON array can have one");
        }
        word.append(c);
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }

    private static QubesException active(char c) {
        return Usage.error("'" + c + "' means nothing here, as there are no variables and one command a line;"
                + " if it is part of a word, put that in ' '");
    }
}
