package org.qubestools.backup.archive;

import java.io.IOException;

/** An archive is not what its format demands. The message is one line, fit for a terminal. */
public final class DamagedArchive extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedArchive(String message) {
        super(message);
    }

    public DamagedArchive(String message, Throwable cause) {
        super(message, cause);
    }
}
