package org.qubestools.backup.format;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.pipeline.PartBuffer;

/**
 * A chunk whose bytes were authenticated; only a {@link PartVerifier} makes one. It holds memory until it was read or
 * closed.
 */
public final class VerifiedPart implements AutoCloseable {
    private final ChunkName name;
    private final PartBuffer buffer;
    private final @Nullable ScryptEnvelope envelope;
    private final long size;

    VerifiedPart(ChunkName name, PartBuffer buffer, @Nullable ScryptEnvelope envelope) {
        this.name = name;
        this.buffer = buffer;
        this.envelope = envelope;
        this.size = buffer.size();
    }

    public ChunkName name() {
        return name;
    }

    /** Bytes that {@link #open} gives. */
    public long size() {
        return size;
    }

    /** The content without the frame of format 4; formats 2 and 3 may still be encrypted. To be opened once. */
    public InputStream open() throws IOException {
        InputStream stored = buffer.reading();
        return envelope == null ? stored : new Opened(stored, envelope);
    }

    @Override
    public void close() {
        buffer.close();
    }

    private static final class Opened extends FilterInputStream {
        private final ScryptEnvelope envelope;

        Opened(InputStream in, ScryptEnvelope envelope) {
            super(in);
            this.envelope = envelope;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] data, int offset, int length) throws IOException {
            int got = in.read(data, offset, length);
            if (got > 0) {
                envelope.decrypt(data, offset, got);
            }
            return got;
        }
    }
}
