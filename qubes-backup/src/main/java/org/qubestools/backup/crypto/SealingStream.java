package org.qubestools.backup.crypto;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A member in its frame, made while it is read: header, encrypted data, authentication. */
final class SealingStream extends FilterInputStream {
    private final ScryptEnvelope envelope;
    private final byte[] one = new byte[1];
    private byte[] frame;
    private int at;
    private boolean ending;

    SealingStream(InputStream plain, ScryptEnvelope envelope) {
        super(plain);
        this.envelope = envelope;
        this.frame = envelope.header();
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (at == frame.length && !ending) {
            int got = in.read(buffer, offset, length);
            if (got >= 0) {
                envelope.encrypt(buffer, offset, got);
                return got;
            }
            frame = envelope.trailer();
            at = 0;
            ending = true;
        }
        int got = Math.min(length, frame.length - at);
        System.arraycopy(frame, at, buffer, offset, got);
        at += got;
        return got == 0 && length > 0 ? -1 : got;
    }
}
