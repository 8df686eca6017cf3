package org.qubestools.qubesdb;

import java.io.IOException;

/** A command that was not carried out; the subclasses say why. */
public abstract class QubesDbException extends IOException {
    private static final long serialVersionUID = 1L;

    QubesDbException(String message) {
        super(message);
    }

    QubesDbException(String message, Throwable cause) {
        super(message, cause);
    }
}
