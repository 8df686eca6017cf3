package org.qubestools.backup.format;

import java.io.IOException;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;

/** Reading failed for a reason that is not in the archive. */
final class ReadFailure {
    private ReadFailure() {}

    /** What ends the pass: the exception itself if it is one for users already. */
    static RuntimeException of(Exception cause) {
        if (cause instanceof RuntimeException known) {
            return known;
        }
        String reason = cause instanceof IOException io ? IoReason.of(io) : String.valueOf(cause.getMessage());
        return new QubesException(
                ErrorKind.FAILED, "reading the backup failed: " + reason, "check the medium it is on", cause);
    }
}
