package org.qubestools.cli.option;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The command line of one run, as {@link OptparseDialect} understood it: every value has been read without error. */
public final class ParsedArguments {
    /**
     * One mention of an option.
     *
     * @param words its values as given; empty for a flag
     */
    record Mention(Opt<?> option, List<String> words) {}

    private final List<Mention> mentions;
    private final List<String> operands;

    ParsedArguments(List<Mention> mentions, List<String> operands) {
        this.mentions = mentions;
        this.operands = operands;
    }

    /** Whether the option was given at all. */
    public boolean has(Opt<?> option) {
        for (Mention mention : mentions) {
            if (mention.option() == option) {
                return true;
            }
        }
        return false;
    }

    /** The value given; the last one if there are several. */
    public <T> Optional<T> value(Opt<T> option) {
        List<T> all = values(option);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** All values: of every mention if the option is repeatable, else of the last one. Empty if not given. */
    public <T> List<T> values(Opt<T> option) {
        List<T> values = new ArrayList<>();
        for (Mention mention : mentions) {
            if (mention.option() == option) {
                if (!option.isRepeatable()) {
                    values.clear();
                }
                for (String word : mention.words()) {
                    values.add(option.converter().convert(word));
                }
            }
        }
        return values;
    }

    /** The options given, each mention, in the order of the command line. */
    public List<Opt<?>> given() {
        List<Opt<?>> options = new ArrayList<>();
        for (Mention mention : mentions) {
            options.add(mention.option());
        }
        return options;
    }

    /** What is no option, untrusted, in the order given. */
    public List<String> operands() {
        return Collections.unmodifiableList(operands);
    }

    /** The operand at {@code index}; there must be one. */
    public String operand(int index) {
        return operands.get(index);
    }

    /** Words of a command line with these of the options given, each mention, in the order given; no operands. */
    public List<String> optionWords(List<? extends Opt<?>> wanted) {
        List<String> words = new ArrayList<>();
        for (Mention mention : mentions) {
            if (wanted.contains(mention.option())) {
                String name = mention.option().longestName();
                if (mention.option().takes() == Opt.Takes.ONE_VALUE) {
                    words.add(
                            name.startsWith("--")
                                    ? name + "=" + mention.words().get(0)
                                    : name + mention.words().get(0));
                } else {
                    words.add(name);
                    words.addAll(mention.words());
                }
            }
        }
        return words;
    }
}
