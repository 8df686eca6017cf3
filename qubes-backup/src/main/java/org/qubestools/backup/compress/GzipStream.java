package org.qubestools.backup.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.core.io.BlockInputStream;

/** One gzip member (RFC 1952), whose checksum and length are verified at its end. */
final class GzipStream extends BlockInputStream {
    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;
    private static final int MAX_TEXT = 1 << 16;

    private final PushbackInputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] input = new byte[StreamChain.PUSHBACK / 2];
    private int filled;
    private long length;
    private boolean ended;

    GzipStream(PushbackInputStream in) throws IOException {
        this.in = in;
        header();
    }

    private void header() throws IOException {
        if (next() != 0x1f || next() != 0x8b || next() != 8) {
            throw new DamagedArchive("there is no gzip stream");
        }
        int flags = next();
        for (int i = 0; i < 6; i++) {
            next();
        }
        if ((flags & FEXTRA) != 0) {
            int extra = next() | next() << 8;
            in.skipNBytes(extra);
        }
        if ((flags & FNAME) != 0) {
            skipText();
        }
        if ((flags & FCOMMENT) != 0) {
            skipText();
        }
        if ((flags & FHCRC) != 0) {
            next();
            next();
        }
    }

    private void skipText() throws IOException {
        for (int i = 0; i < MAX_TEXT; i++) {
            if (next() == 0) {
                return;
            }
        }
        throw new DamagedArchive("the header of a gzip stream has no end");
    }

    private int next() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException();
        }
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
        while (!ended) {
            int got = inflate(buffer, offset, wanted);
            if (got > 0) {
                crc.update(buffer, offset, got);
                length += got;
                return got;
            }
            if (inflater.finished()) {
                trailer();
            } else if (inflater.needsDictionary()) {
                throw new DamagedArchive("the gzip stream asks for a dictionary");
            } else {
                fill();
            }
        }
        return -1;
    }

    private int inflate(byte[] buffer, int offset, int wanted) throws DamagedArchive {
        try {
            return inflater.inflate(buffer, offset, wanted);
        } catch (DataFormatException e) {
            throw new DamagedArchive("the gzip stream is damaged", e);
        }
    }

    private void fill() throws IOException {
        filled = in.read(input);
        if (filled < 0) {
            throw new DamagedArchive("the gzip stream is cut");
        }
        inflater.setInput(input, 0, filled);
    }

    private void trailer() throws IOException {
        int rest = inflater.getRemaining();
        in.unread(input, filled - rest, rest);
        inflater.end();
        ended = true;
        long sum = number();
        long size = number();
        if (sum != crc.getValue() || size != (length & 0xffffffffL)) {
            throw new DamagedArchive("the gzip stream has a wrong checksum");
        }
    }

    private long number() throws IOException {
        return next() | (long) next() << 8 | (long) next() << 16 | (long) next() << 24;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
