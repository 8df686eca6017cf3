package org.qubestools.core.runtime;

import java.io.IOException;
import org.qubestools.core.io.BlockInputStream;

/** The output of a command over a command port. */
final class PortOutput extends BlockInputStream {
    private final PortCall call;
    private byte[] untrustedData = new byte[0];
    private int position;

    PortOutput(PortCall call) {
        this.call = call;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == untrustedData.length) {
            byte[] next = call.next();
            if (next == null) {
                return -1;
            }
            untrustedData = next;
            position = 0;
        }
        int count = Math.min(length, untrustedData.length - position);
        System.arraycopy(untrustedData, position, buffer, offset, count);
        position += count;
        return count;
    }
}
