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
}
