package org.qubestools.qubesdb;

/** No daemon is there, and the message has the socket and the reason; or the connection to one was lost. */
public final class QubesDbDisconnectedException extends QubesDbException {
    private static final long serialVersionUID = 1L;

    public QubesDbDisconnectedException(String message) {
        super(message);
    }

    public QubesDbDisconnectedException(String message, Throwable cause) {
        super(message, cause);
    }
}
