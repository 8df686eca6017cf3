package org.qubestools.backup.format;

import java.io.IOException;

/** A chunk cannot be used; the archive goes on behind it. The message is a phrase fit for a terminal. */
final class BadPart extends IOException {
    private static final long serialVersionUID = 1L;

    BadPart(String message) {
        super(message);
    }
}
