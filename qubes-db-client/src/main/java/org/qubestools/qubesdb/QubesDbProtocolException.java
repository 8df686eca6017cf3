package org.qubestools.qubesdb;

/** The daemon sent what is no answer; the connection was broken off. */
public final class QubesDbProtocolException extends QubesDbException {
    private static final long serialVersionUID = 1L;

    QubesDbProtocolException(String message) {
        super(message);
    }
}
