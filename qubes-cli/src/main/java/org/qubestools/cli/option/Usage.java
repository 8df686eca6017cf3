package org.qubestools.cli.option;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Makes the exceptions for options and operands that make no sense whatever the store holds. */
public final class Usage {
    private Usage() {}

    /**
     * A usage error: exit code 2; the reporter adds where to find help. Untrusted text in the message has passed
     * {@link org.qubestools.core.io.SafeText}.
     */
    public static QubesException error(String message) {
        return new QubesException(ErrorKind.USAGE, message);
    }

    /** The same with what to do instead of reading the help. */
    public static QubesException error(String message, String hint) {
        return new QubesException(ErrorKind.USAGE, message, hint);
    }

    /**
     * Refuses an option that was given where it would mean nothing.
     *
     * @param fits whether it means something
     * @param where it would, for the message
     */
    public static void requireFits(ParsedArguments args, Opt<?> option, boolean fits, String where) {
        if (!fits && args.has(option)) {
            throw error(option.longestName() + " goes with " + where + " only");
        }
    }
}
