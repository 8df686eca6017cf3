package org.qubestools.backup.create;

import java.io.OutputStream;

/** Where a backup is written to. Closed without {@link #finish}, nothing that looks like a backup stays behind. */
public interface BackupTarget extends AutoCloseable {
    /** Takes the bytes; belongs to the target. */
    OutputStream stream();

    /** Makes the backup complete and durable; a QubesException (FAILED) if that cannot be. */
    void finish();

    /** Closing twice is safe. */
    @Override
    void close();

    /** What it is, for messages; fit for a terminal. */
    String shown();
}
