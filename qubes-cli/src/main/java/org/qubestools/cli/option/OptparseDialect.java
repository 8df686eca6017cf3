package org.qubestools.cli.option;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.option.ParsedArguments.Mention;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * Reads a command line as Python's optparse does, plus argparse's lists of words: bundles, attached and detached
 * values, options between operands, {@code --}, unambiguous beginnings of long options. Pure: no outcome but the
 * parsed arguments or a usage error. The first {@code --help} or {@code --version} ends the reading, as in the model.
 */
public final class OptparseDialect {
    private static final char UNDECODABLE = '\ufffd';

    private final ToolSpec spec;
    private final List<String> words;
    private final List<Mention> mentions = new ArrayList<>();
    private final List<String> operands = new ArrayList<>();
    private int next;

    private OptparseDialect(ToolSpec spec, List<String> untrustedWords) {
        this.spec = spec;
        this.words = untrustedWords;
    }

    /**
     * Reads {@code untrustedWords} by the options and operands of {@code spec}.
     *
     * @throws QubesException of kind USAGE
     */
    public static ParsedArguments parse(ToolSpec spec, List<String> untrustedWords) {
        for (String word : spec.isLikeGetopt() ? List.<String>of() : untrustedWords) {
            checkDecoded(word);
        }
        return new OptparseDialect(spec, untrustedWords).parse();
    }

    /** The JVM makes U+FFFD of every byte it cannot decode; such a word would end up as something else in the store. */
    private static void checkDecoded(String word) {
        if (word.indexOf(UNDECODABLE) >= 0) {
            throw Usage.error("'" + SafeText.of(word) + "' is no text in UTF-8, or the locale is no UTF-8 locale");
        }
    }

    private ParsedArguments parse() {
        while (next < words.size()) {
            String word = words.get(next++);
            if (word.equals("--")) {
                operands.addAll(words.subList(next, words.size()));
                next = words.size();
            } else if (!isDashed(word) || isDashedOperand(word)) {
                operands.add(word);
            } else if (word.startsWith("--")) {
                readLong(word);
            } else {
                readBundle(word);
            }
            if (endsReading()) {
                return new ParsedArguments(mentions, operands);
            }
        }
        ParsedArguments parsed = new ParsedArguments(mentions, operands);
        checkExclusive(parsed);
        checkOperands();
        return parsed;
    }

    private static boolean isDashed(String word) {
        return word.length() > 1 && word.charAt(0) == '-';
    }

    private boolean endsReading() {
        for (Mention mention : mentions) {
            if (spec.endsReading(mention.option())) {
                return true;
            }
        }
        return false;
    }

    private boolean isDashedOperand(String word) {
        if (operands.size() < spec.dashOperandsFrom()) {
            return false;
        }
        return word.startsWith("--") ? candidates(longName(word)).isEmpty() : !isBundle(word);
    }

    /** Whether each letter is a known flag, or one that takes the rest as its value. */
    private boolean isBundle(String word) {
        for (int i = 1; i < word.length(); i++) {
            Opt<?> option = shortOption(word.charAt(i));
            if (option == null) {
                return false;
            }
            if (option.takes() != Opt.Takes.NOTHING) {
                return true;
            }
        }
        return true;
    }

    private void readBundle(String word) {
        for (int i = 1; i < word.length(); i++) {
            Opt<?> option = shortOption(word.charAt(i));
            if (option == null) {
                throw unknown("-" + word.charAt(i));
            }
            if (option.takes() != Opt.Takes.NOTHING) {
                String attached = i + 1 < word.length() ? word.substring(i + 1) : null;
                readValue(option, attached);
                return;
            }
            mentions.add(new Mention(option, List.of()));
        }
    }

    private void readLong(String word) {
        String name = longName(word);
        Opt<?> option = longOption(name);
        String attached = name.length() < word.length() ? word.substring(name.length() + 1) : null;
        if (option.takes() != Opt.Takes.NOTHING) {
            readValue(option, attached);
        } else if (attached == null) {
            mentions.add(new Mention(option, List.of()));
        } else {
            throw Usage.error("option '" + option.longestName() + "' takes no value");
        }
    }

    private void readValue(Opt<?> option, @Nullable String attached) {
        List<String> values = new ArrayList<>();
        if (attached != null) {
            values.add(attached);
        } else if (option.takes() == Opt.Takes.WORDS) {
            while (next < words.size() && !isDashed(words.get(next))) {
                values.add(words.get(next++));
            }
        } else if (next < words.size()) {
            values.add(words.get(next++));
        } else {
            throw Usage.error("option '" + option.longestName() + "' needs a value " + option.label());
        }
        for (String value : values) {
            checkValue(option, value);
        }
        mentions.add(new Mention(option, values));
    }

    private static void checkValue(Opt<?> option, String untrustedValue) {
        try {
            option.converter().convert(untrustedValue);
        } catch (IllegalArgumentException e) {
            throw Usage.error("option '" + option.longestName() + "': " + e.getMessage());
        }
    }

    private static String longName(String word) {
        int equals = word.indexOf('=');
        return equals < 0 ? word : word.substring(0, equals);
    }

    private @Nullable Opt<?> shortOption(char letter) {
        Opt<?> found = shortOption(spec.ownOptions(), letter);
        return found != null ? found : shortOption(spec.commonOptions(), letter);
    }

    private static @Nullable Opt<?> shortOption(List<Opt<?>> options, char letter) {
        for (Opt<?> option : options) {
            for (String name : option.names()) {
                if (name.length() == 2 && name.charAt(1) == letter) {
                    return option;
                }
            }
        }
        return null;
    }

    private Opt<?> longOption(String untrustedName) {
        List<Opt<?>> candidates = candidates(untrustedName);
        if (candidates.isEmpty()) {
            throw unknown(untrustedName);
        }
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        List<String> names = new ArrayList<>();
        for (Opt<?> candidate : candidates) {
            for (String name : candidate.names()) {
                if (name.startsWith(untrustedName)) {
                    names.add(name);
                }
            }
        }
        names.sort(null);
        throw Usage.error("option '" + SafeText.of(untrustedName) + "' could be " + String.join(" or ", names));
    }

    /** The option of exactly this name, else all with a name that begins so; those of the original before added ones. */
    private List<Opt<?>> candidates(String untrustedName) {
        List<Opt<?>> candidates = new ArrayList<>();
        if (untrustedName.length() > 2 && !addCandidates(spec.ownOptions(), untrustedName, candidates)) {
            addCandidates(spec.commonOptions(), untrustedName, candidates);
        }
        if (candidates.size() > 1 && !candidates.stream().allMatch(Opt::isAdded)) {
            candidates.removeIf(Opt::isAdded);
        }
        return candidates;
    }

    /** Returns true, with the one option of exactly this name as the only candidate, if there is one. */
    private static boolean addCandidates(List<Opt<?>> options, String untrustedName, List<Opt<?>> candidates) {
        for (Opt<?> option : options) {
            boolean begins = false;
            for (String name : option.names()) {
                if (name.equals(untrustedName)) {
                    candidates.clear();
                    candidates.add(option);
                    return true;
                }
                begins |= name.startsWith(untrustedName);
            }
            if (begins) {
                candidates.add(option);
            }
        }
        return false;
    }

    private void checkExclusive(ParsedArguments parsed) {
        for (List<Opt<?>> group : spec.exclusiveGroups()) {
            Opt<?> first = null;
            for (Opt<?> option : group) {
                if (parsed.has(option) && first != null) {
                    throw Usage.error("options '" + first.longestName() + "' and '" + option.longestName()
                            + "' exclude each other");
                }
                first = parsed.has(option) ? option : first;
            }
        }
    }

    private void checkOperands() {
        if (operands.size() < spec.minOperands()) {
            throw Usage.error("operand missing, expected " + spec.operandSynopsis());
        }
        if (operands.size() > spec.maxOperands()) {
            throw Usage.error("unexpected operand '" + SafeText.of(operands.get(spec.maxOperands())) + "'");
        }
    }

    private static QubesException unknown(String untrustedName) {
        return Usage.error("unknown option '" + SafeText.of(untrustedName) + "'");
    }
}
