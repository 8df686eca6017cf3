package org.qubestools.cli.frame;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** A PrintStream that throws what it would swallow; closed, it stays open. */
final class CheckedOutput extends OutputStream {
    private final PrintStream out;

    CheckedOutput(PrintStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        flush();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        flush();
    }

    @Override
    public void flush() throws IOException {
        if (out.checkError()) {
            throw new IOException("it takes no more");
        }
    }
}
