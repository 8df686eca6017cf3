package org.qubestools.cli.option;

import java.util.List;
import org.qubestools.core.io.SafeText;

/** The converters behind the factories of {@link Opt}; classes and not lambdas, which cost start-up time. */
final class Converters {
    static final Converter<Boolean> FLAG = new Flag();
    static final Converter<String> TEXT = new Text();
    static final Converter<String> FILE = new FileName();

    private Converters() {}

    private static final class Flag implements Converter<Boolean> {
        @Override
        public Boolean convert(String untrustedText) {
            return Boolean.TRUE;
        }
    }

    private static final class Text implements Converter<String> {
        @Override
        public String convert(String untrustedText) {
            return untrustedText;
        }
    }

    private static final class FileName implements Converter<String> {
        @Override
        public String convert(String untrustedText) {
            if (untrustedText.isEmpty()) {
                throw new IllegalArgumentException("the name is empty");
            }
            return untrustedText;
        }
    }

    /** Whole numbers within bounds. */
    static final class WholeNumber implements Converter<Integer> {
        private final int min;
        private final int max;

        WholeNumber(int min, int max) {
            this.min = min;
            this.max = max;
        }

        @Override
        public Integer convert(String untrustedText) {
            int number;
            try {
                number = Integer.parseInt(untrustedText.strip());
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(describe(untrustedText, "is not a whole number"), e);
            }
            if (number < min || number > max) {
                throw new IllegalArgumentException(describe(untrustedText, "is out of range"));
            }
            return number;
        }

        private String describe(String untrustedText, String what) {
            String range = max == Integer.MAX_VALUE ? " or more" : " to " + max;
            return "'" + SafeText.of(untrustedText) + "' " + what + ", give " + min + range;
        }
    }

    /** One of some words, compared exactly. */
    static final class Choice implements Converter<String> {
        private final List<String> words;

        Choice(List<String> words) {
            this.words = List.copyOf(words);
        }

        @Override
        public String convert(String untrustedText) {
            if (words.contains(untrustedText)) {
                return untrustedText;
            }
            throw new IllegalArgumentException(
                    "'" + SafeText.of(untrustedText) + "' is none of " + String.join(", ", words));
        }

        @Override
        public List<String> words() {
            return words;
        }
    }
}
