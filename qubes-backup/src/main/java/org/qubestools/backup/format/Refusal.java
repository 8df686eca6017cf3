package org.qubestools.backup.format;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Refuses a whole backup for what its qubes.xml says; the reasons given here are safe to print. */
final class Refusal {
    /** How the document is called in messages. */
    static final String SHOWN = "qubes.xml of the backup";

    private static final String HINT = "nothing was restored; try another backup";

    private Refusal() {}

    static QubesException because(String reason) {
        return new QubesException(ErrorKind.CORRUPT_BACKUP, SHOWN + ": " + reason, HINT);
    }

    /** The same refusal as {@code cause}, which has the whole message. */
    static QubesException of(QubesException cause) {
        return new QubesException(ErrorKind.CORRUPT_BACKUP, messageOf(cause), HINT, cause);
    }

    private static String messageOf(QubesException cause) {
        @Nullable String message = cause.getMessage();
        return message == null ? SHOWN : message;
    }
}
