package org.qubestools.core.runtime;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The line before each message that the guest's end of a command port sends: a letter, and for some kinds a number. See
 * docs/guest.md.
 *
 * @param kind what it is
 * @param number length of the data that follow, or the exit status; 0 for kinds without a number
 */
record AgentHeader(Kind kind, int number) {
    /** Most bytes of data in one message. */
    static final int MAX_DATA = 32_768;

    /** Longest line of any kind. */
    static final int MAX_LINE = 7;

    private static final int MAX_STATUS = 255;

    /** Kinds of messages of the guest. */
    enum Kind {
        OUTPUT('O', MAX_DATA),
        ERRORS('S', MAX_DATA),
        /** A piece of input was taken. */
        TAKEN('W', 0),
        /** A piece of input was thrown away: the command reads no more. */
        DEAF('B', 0),
        EXIT('X', MAX_STATUS);

        private final char letter;
        private final int most;

        Kind(char letter, int most) {
            this.letter = letter;
            this.most = most;
        }

        private static @Nullable Kind of(char letter) {
            for (Kind kind : values()) {
                if (kind.letter == letter) {
                    return kind;
                }
            }
            return null;
        }
    }

    /**
     * Parses a line without its end.
     *
     * @throws IOException if it is against the rules
     */
    static AgentHeader parse(String untrustedLine) throws IOException {
        Kind kind = untrustedLine.isEmpty() ? null : Kind.of(untrustedLine.charAt(0));
        if (kind == null) {
            throw broken();
        }
        if (kind.most == 0) {
            if (untrustedLine.length() != 1) {
                throw broken();
            }
            return new AgentHeader(kind, 0);
        }
        int number = number(untrustedLine);
        boolean isLength = kind != Kind.EXIT;
        if (number > kind.most || (isLength && number == 0)) {
            throw broken();
        }
        return new AgentHeader(kind, number);
    }

    /** The number after the letter and a blank. */
    private static int number(String untrustedLine) throws IOException {
        if (untrustedLine.length() < 3 || untrustedLine.length() > MAX_LINE || untrustedLine.charAt(1) != ' ') {
            throw broken();
        }
        int number = 0;
        for (int i = 2; i < untrustedLine.length(); i++) {
            char c = untrustedLine.charAt(i);
            if (c < '0' || c > '9') {
                throw broken();
            }
            number = 10 * number + (c - '0');
        }
        return number;
    }

    /** What is wrong with a guest that sends something else. */
    static IOException broken() {
        return new IOException("the VM's end of the command port does not keep to the protocol");
    }
}
