package org.qubestools.devices;

/** Reads an untrusted text from left to right, a word at a time; ASCII only, no regular expressions. */
final class TextScan {
    /** What {@link #number} and {@link #letters} return where there is none. */
    static final int NONE = -1;

    private static final int MAX_DIGITS = 9;
    private static final int LETTERS = 26;

    private final String text;
    private int at;

    TextScan(String untrusted) {
        this.text = untrusted;
    }

    boolean atEnd() {
        return at == text.length();
    }

    /** What was read so far. */
    String read() {
        return text.substring(0, at);
    }

    /** Steps over {@code word} if it comes next. */
    boolean skip(String word) {
        if (!text.startsWith(word, at)) {
            return false;
        }
        at += word.length();
        return true;
    }

    /** A number of at most 9 digits without a leading zero; NONE, and nothing is read, if there is no such number. */
    int number() {
        int end = at;
        int value = 0;
        while (end < text.length() && isDigit(text.charAt(end))) {
            if (end - at == MAX_DIGITS) {
                return NONE;
            }
            value = value * 10 + (text.charAt(end) - '0');
            end++;
        }
        boolean leadingZero = end - at > 1 && text.charAt(at) == '0';
        if (end == at || leadingZero) {
            return NONE;
        }
        at = end;
        return value;
    }

    /**
     * The index that disk letters spell: a is 0, z is 25, aa is 26.
     *
     * @param most letters that may be there
     * @return NONE, and nothing is read, if there are none or more
     */
    int letters(int most) {
        int end = at;
        int index = NONE;
        while (end < text.length() && isLetter(text.charAt(end))) {
            if (end - at == most) {
                return NONE;
            }
            index = (index + 1) * LETTERS + (text.charAt(end) - 'a');
            end++;
        }
        at = end;
        return index;
    }

    /** The letters of an index, the other way round of {@link #letters}. */
    static String lettersOf(int index) {
        StringBuilder reversed = new StringBuilder();
        for (int rest = index; rest >= 0; rest = rest / LETTERS - 1) {
            reversed.append((char) ('a' + rest % LETTERS));
        }
        return reversed.reverse().toString();
    }

    /** Whether every character is a lower case letter, a digit or one of {@code others}, and the length fits. */
    static boolean consistsOf(String untrusted, String others, int least, int most) {
        if (untrusted.length() < least || untrusted.length() > most) {
            return false;
        }
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (!isLetter(c) && !isDigit(c) && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    static boolean isDigits(String untrusted) {
        for (int i = 0; i < untrusted.length(); i++) {
            if (!isDigit(untrusted.charAt(i))) {
                return false;
            }
        }
        return !untrusted.isEmpty();
    }

    /**
     * The number that digits spell, leading zeros and all.
     *
     * @return NONE for other text and above 63 bits
     */
    static long decimal(String untrusted) {
        if (!isDigits(untrusted)) {
            return NONE;
        }
        long value = 0;
        for (int i = 0; i < untrusted.length(); i++) {
            int digit = untrusted.charAt(i) - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                return NONE;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }
}
