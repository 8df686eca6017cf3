package org.qubestools.backup.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.core.io.BlockInputStream;
import org.qubestools.core.io.IoReason;

/** Streams of one filter one behind the other, then perhaps zeros. */
final class StreamChain extends BlockInputStream {
    static final int PUSHBACK = 1 << 16;

    private final Filter filter;
    private final Inflaters inflaters;
    private final PushbackInputStream in;
    private @Nullable InputStream stream;
    private boolean begun;
    private boolean ended;

    StreamChain(Filter filter, InputStream in, Inflaters inflaters) {
        this.filter = filter;
        this.inflaters = inflaters;
        this.in = new PushbackInputStream(in, PUSHBACK);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            int got = step(buffer, offset, length);
            if (got > 0) {
                return got;
            }
        }
        return -1;
    }

    private int step(byte[] buffer, int offset, int length) throws IOException {
        try {
            if (stream == null && !nextStream()) {
                ended = true;
                return -1;
            }
            int got = stream == null ? -1 : stream.read(buffer, offset, length);
            if (got < 0) {
                stream = null;
            }
            return got;
        } catch (DamagedArchive e) {
            throw e;
        } catch (IOException | IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            throw damaged(e);
        }
    }

    private IOException damaged(Exception e) {
        Throwable cause = e;
        while (cause != null) {
            if (cause instanceof DamagedArchive known) {
                return known;
            }
            cause = cause.getCause();
        }
        String reason = e instanceof IOException io ? IoReason.of(io) : "it makes no sense";
        return new DamagedArchive("the " + filter.program() + " stream is damaged: " + reason, e);
    }

    /** False at the end of the input. */
    private boolean nextStream() throws IOException {
        int first = in.read();
        if (first < 0) {
            if (!begun) {
                throw new DamagedArchive("there is no " + filter.program() + " stream");
            }
            return false;
        }
        if (first == 0 && begun) {
            requireZeros();
            return false;
        }
        if (!filter.canBegin(first)) {
            throw new DamagedArchive(
                    begun
                            ? "something follows the " + filter.program() + " stream"
                            : "there is no " + filter.program() + " stream");
        }
        begun = true;
        in.unread(first);
        stream = filter.one(in, inflaters);
        return true;
    }

    private void requireZeros() throws IOException {
        byte[] rest = new byte[8192];
        int got = in.read(rest);
        while (got >= 0) {
            for (int i = 0; i < got; i++) {
                if (rest[i] != 0) {
                    throw new DamagedArchive("something follows the " + filter.program() + " stream");
                }
            }
            got = in.read(rest);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
