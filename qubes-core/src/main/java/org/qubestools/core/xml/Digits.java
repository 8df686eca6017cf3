package org.qubestools.core.xml;

/** Numbers that a document spells in decimal digits, without a sign. */
public final class Digits {
    private static final int MAX_DIGITS = 18;

    private Digits() {}

    /** The number that these 1 to 18 digits spell. */
    public static long number(String untrusted) throws MalformedXml {
        boolean good = !untrusted.isEmpty()
                && untrusted.length() <= MAX_DIGITS
                && untrusted.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!good) {
            throw new MalformedXml("a word stands where a number belongs");
        }
        return Long.parseLong(untrusted);
    }

    /** As {@link #number(String)}, not above {@code most}. */
    public static int number(String untrusted, int most) throws MalformedXml {
        long number = number(untrusted);
        if (number > most) {
            throw new MalformedXml("a number is too large");
        }
        return (int) number;
    }
}
