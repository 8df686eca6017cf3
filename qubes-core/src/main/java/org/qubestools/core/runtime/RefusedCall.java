package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A call of a service in a VM that cannot be reached.
 *
 * @param errorText why
 */
record RefusedCall(String errorText) implements QrexecCall {
    @Override
    public OutputStream input() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException(errorText);
            }
        };
    }

    @Override
    public InputStream output() {
        return InputStream.nullInputStream();
    }

    @Override
    public void ignoreOutput() {
        // There is none.
    }

    @Override
    public int awaitExit() {
        return PortCall.LOST;
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
