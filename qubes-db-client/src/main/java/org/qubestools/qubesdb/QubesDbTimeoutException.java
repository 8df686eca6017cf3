package org.qubestools.qubesdb;

/** The daemon did not answer in time; the connection was broken off, as a late answer would be taken for another. */
public final class QubesDbTimeoutException extends QubesDbException {
    private static final long serialVersionUID = 1L;

    QubesDbTimeoutException(String message) {
        super(message);
    }
}
