package org.qubestools.backup.format;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.BlockInputStream;

/** The chunks of a sequence as one stream; each is closed when it was read. */
final class PartChain extends BlockInputStream {
    private final PartSequence parts;
    private @Nullable VerifiedPart part;
    private @Nullable InputStream stream;
    private boolean ended;

    PartChain(PartSequence parts) {
        this.parts = parts;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (!ended) {
            InputStream current = stream == null ? open() : stream;
            if (current != null) {
                int got = current.read(buffer, offset, length);
                if (got >= 0) {
                    return got;
                }
                close();
            }
        }
        return -1;
    }

    private @Nullable InputStream open() throws IOException {
        part = parts.next();
        ended = part == null;
        stream = part == null ? null : part.open();
        return stream;
    }

    @Override
    public void close() {
        stream = null;
        if (part != null) {
            part.close();
            part = null;
        }
    }
}
