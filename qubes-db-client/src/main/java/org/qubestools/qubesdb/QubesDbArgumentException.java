package org.qubestools.qubesdb;

/** A path, value or name that no daemon takes; nothing was sent. The message names the limit and what was given. */
public final class QubesDbArgumentException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    QubesDbArgumentException(String message) {
        super(message);
    }
}
