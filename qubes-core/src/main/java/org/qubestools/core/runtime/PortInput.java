package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.OutputStream;

/** The input of a command over a command port, sent in pieces. */
final class PortInput extends OutputStream {
    private final PortCall call;
    private final byte[] piece = new byte[AgentHeader.MAX_DATA];
    private int size;
    private boolean closed;

    PortInput(PortCall call) {
        this.call = call;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the input was closed");
        }
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, piece.length - size);
            System.arraycopy(data, offset + done, piece, size, part);
            size += part;
            done += part;
            if (size == piece.length) {
                flush();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (size > 0) {
            int length = size;
            size = 0;
            call.send(piece, length);
        }
    }

    /** Tells the command that nothing more comes. */
    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            flush();
            call.sendEnd();
        }
    }
}
