package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;

/** Standard output. A reader that goes away is an error here: its backup would be incomplete. */
public final class StreamTarget implements BackupTarget {
    private final OutputStream out;
    private boolean finished;

    /** Writes to {@code out}, which must throw what goes wrong; it stays open only if the backup is finished. */
    public StreamTarget(OutputStream out) {
        this.out = out;
    }

    @Override
    public OutputStream stream() {
        return out;
    }

    @Override
    public void finish() {
        try {
            out.flush();
            finished = true;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() {
        if (!finished) {
            finished = true;
            try {
                out.close();
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    @Override
    public String shown() {
        return "standard output";
    }
}
