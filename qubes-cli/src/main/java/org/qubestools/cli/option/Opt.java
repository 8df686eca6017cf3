package org.qubestools.cli.option;

import java.util.List;
import java.util.Objects;

/**
 * One option of a tool: its names, what it takes, how a value is read and its help text. Immutable; a tool keeps its
 * options as constants and asks {@link ParsedArguments} with them.
 *
 * @param <T> type of a value; {@code Boolean} for a flag
 */
public final class Opt<T> {
    /** How many values one mention of an option takes. */
    public enum Takes {
        NOTHING,
        ONE_VALUE,
        /** Every word up to the next option, none at all included. */
        WORDS
    }

    private final List<String> names;
    private final Takes takes;
    private final String label;
    private final Converter<T> converter;
    private final String help;
    private final boolean repeatable;
    private final boolean added;

    private Opt(
            List<String> names,
            Takes takes,
            String label,
            Converter<T> converter,
            String help,
            boolean repeatable,
            boolean added) {
        this.names = names;
        this.takes = takes;
        this.label = label;
        this.converter = converter;
        this.help = help;
        this.repeatable = repeatable;
        this.added = added;
    }

    /** An option that is given or not. */
    public static Opt<Boolean> flag(String... names) {
        return new Opt<>(List.of(names), Takes.NOTHING, "", Converters.FLAG, "", false, false);
    }

    /** An option with a text of any form, the empty one included. */
    public static Opt<String> text(String label, String... names) {
        return new Opt<>(List.of(names), Takes.ONE_VALUE, label, Converters.TEXT, "", false, false);
    }

    /** An option with the name of a file or directory; the empty text, as of a variable that is not set, names none. */
    public static Opt<String> file(String label, String... names) {
        return new Opt<>(List.of(names), Takes.ONE_VALUE, label, Converters.FILE, "", false, false);
    }

    /** An option with a whole number from {@code min} to {@code max}; anything else is a usage error. */
    public static Opt<Integer> number(String label, int min, int max, String... names) {
        return new Opt<>(
                List.of(names), Takes.ONE_VALUE, label, new Converters.WholeNumber(min, max), "", false, false);
    }

    /** An option with one word of a fixed list; anything else is a usage error that names them. */
    public static Opt<String> choice(String label, List<String> words, String... names) {
        return new Opt<>(List.of(names), Takes.ONE_VALUE, label, new Converters.Choice(words), "", false, false);
    }

    /** An option with a value that {@code converter} reads. */
    public static <T> Opt<T> value(Converter<T> converter, String label, String... names) {
        return new Opt<>(List.of(names), Takes.ONE_VALUE, label, Objects.requireNonNull(converter), "", false, false);
    }

    /** An option that takes every word up to the next option (argparse's {@code nargs='*'}). */
    public static Opt<String> words(String label, String... names) {
        return new Opt<>(List.of(names), Takes.WORDS, label, Converters.TEXT, "", false, false);
    }

    /** The same option with a help text: a phrase without a full stop. */
    public Opt<T> help(String text) {
        return new Opt<>(names, takes, label, converter, text, repeatable, added);
    }

    /** The same option, of which all mentions count and not only the last one. */
    public Opt<T> repeatable() {
        return new Opt<>(names, takes, label, converter, help, true, added);
    }

    /**
     * The same option, as one that the original tool does not have: what a user types as the beginning of an original's
     * name stays that.
     */
    public Opt<T> added() {
        return new Opt<>(names, takes, label, converter, help, repeatable, true);
    }

    /** Names with their dashes, short ones first as declared. */
    public List<String> names() {
        return names;
    }

    /** The name that messages use: the longest. */
    public String longestName() {
        String longest = names.get(0);
        for (String name : names) {
            if (name.length() > longest.length()) {
                longest = name;
            }
        }
        return longest;
    }

    public Takes takes() {
        return takes;
    }

    /** Placeholder of the value in help texts; empty for a flag. */
    public String label() {
        return label;
    }

    public Converter<T> converter() {
        return converter;
    }

    public String help() {
        return help;
    }

    /** See {@link #added}. */
    public boolean isAdded() {
        return added;
    }

    public boolean isRepeatable() {
        return repeatable;
    }
}
