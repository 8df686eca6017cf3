package org.qubestools.qubesdb;

/** A command in offline mode, which opens nothing. */
public final class QubesDbOfflineException extends QubesDbException {
    private static final long serialVersionUID = 1L;

    QubesDbOfflineException(String message) {
        super(message);
    }
}
