package org.qubestools.backup.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.core.io.BlockInputStream;

/** One zlib stream (RFC 1950) that fills its input, as {@code openssl enc -z} made it. */
public final class ZlibStream extends BlockInputStream {
    private final Whole stream;

    /** Inflates {@code in}, which is closed with this stream. */
    public ZlibStream(InputStream in) {
        this.stream = new Whole(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int got = stream.read(buffer, offset, length);
            if (got < 0 && stream.asksForDictionary()) {
                throw new DamagedArchive("the zlib stream asks for a dictionary");
            }
            if (got < 0 && stream.hasRest()) {
                throw new DamagedArchive("something follows the zlib stream");
            }
            return got;
        } catch (ZipException | EOFException e) {
            throw new DamagedArchive("the zlib stream is damaged", e);
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private static final class Whole extends InflaterInputStream {
        Whole(InputStream in) {
            super(in);
        }

        boolean asksForDictionary() {
            return inf.needsDictionary();
        }

        boolean hasRest() throws IOException {
            return inf.getRemaining() > 0 || in.read() >= 0;
        }
    }
}
