package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;

/** Where a backup is written to. Closed without {@link #finish}, nothing that looks like a backup stays behind. */
public interface BackupTarget extends AutoCloseable {
    /** Takes the bytes; belongs to the target. */
    OutputStream stream();

    /** What a failed write to the stream means; may wait a moment for an explanation. */
    default QubesException failure(IOException e) {
        return new QubesException(
                ErrorKind.FAILED, "writing to " + shown() + " failed: " + IoReason.of(e), IoReason.advice(e), e);
    }

    /** Makes the backup complete and durable; a QubesException (FAILED) if that cannot be. */
    void finish();

    /** Also ends a write that another thread waits in. Closing twice is safe. */
    @Override
    void close();

    /** What it is, for messages; fit for a terminal. */
    String shown();
}
