package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Standard output. A reader that goes away is an error here: its backup would be incomplete. */
public final class StreamTarget implements BackupTarget {
    private final PrintStream out;

    /** Writes to {@code out}, which stays open. */
    public StreamTarget(PrintStream out) {
        this.out = out;
    }

    @Override
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
                requireTaken();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                requireTaken();
            }
        };
    }

    /** A PrintStream swallows its errors. */
    private void requireTaken() throws IOException {
        if (out.checkError()) {
            throw new IOException("standard output takes no more");
        }
    }

    @Override
    public void finish() {
        out.flush();
        if (out.checkError()) {
            throw new QubesException(ErrorKind.FAILED, "standard output took not all of the backup");
        }
    }

    @Override
    public void close() {
        out.flush();
    }

    @Override
    public String shown() {
        return "standard output";
    }
}
