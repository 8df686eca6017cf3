package org.qubestools.backup.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.SingleXZInputStream;

/** The kinds of compression that can be read, by the programs that make them. */
public enum Filter {
    GZIP("gzip", 0x1f),
    BZIP2("bzip2", 'B'),
    XZ("xz", 0xfd),
    LZMA("lzma", 0x5d),
    ZSTD("zstd", 0x28);

    /** Most memory a decoder may take, in KiB: xz -9 needs 65 MiB. */
    private static final int MAX_DECODER_KIB = 130 * 1024;

    private final String program;
    private final int firstByte;

    Filter(String program, int firstByte) {
        this.program = program;
        this.firstByte = firstByte;
    }

    /** The filter whose output this program makes; empty if it is not known. Nothing is ever run. */
    public static Optional<Filter> named(String untrustedProgram) {
        return switch (untrustedProgram.toLowerCase(Locale.ROOT)) {
            case "gzip", "pigz" -> Optional.of(GZIP);
            case "bzip2", "pbzip2", "lbzip2" -> Optional.of(BZIP2);
            case "xz", "pixz", "pxz" -> Optional.of(XZ);
            case "lzma" -> Optional.of(LZMA);
            case "zstd", "zstdmt" -> Optional.of(ZSTD);
            default -> Optional.empty();
        };
    }

    /** The name that a header carries. */
    public String program() {
        return program;
    }

    boolean canBegin(int b) {
        return b == firstByte;
    }

    /**
     * The content of one or several compressed streams, one behind the other, that zeros may follow (GNU tar pads what
     * it compresses). The end of {@code in} is always reached; whatever else follows, or a stream that is cut, is a
     * {@link org.qubestools.backup.archive.DamagedArchive}.
     */
    public InputStream decoding(InputStream in) {
        return decoding(in, Inflaters.NONE);
    }

    /** The same with the help of {@code inflaters}, where the streams allow it. */
    public InputStream decoding(InputStream in, Inflaters inflaters) {
        return new StreamChain(this, in, inflaters);
    }

    /** One stream, or more of them; what it does not need of {@code in} is left or given back there. */
    InputStream one(PushbackInputStream in, Inflaters inflaters) throws IOException {
        return switch (this) {
            case GZIP -> inflaters.ahead() > 0 && GzipRun.isNext(in) ? new GzipRun(in, inflaters) : new GzipStream(in);
            case BZIP2 -> new BZip2CompressorInputStream(in, false);
            case XZ -> new SingleXZInputStream(in, MAX_DECODER_KIB);
            case LZMA -> new LZMAInputStream(in, MAX_DECODER_KIB);
            case ZSTD -> new ZstdStream(in);
        };
    }

    /** The filter by the first two bytes of a stream; null if they are of none. */
    public static @Nullable Filter sniff(int first, int second) {
        if (first == 0x1f && second == 0x8b) {
            return GZIP;
        }
        for (Filter filter : values()) {
            if (filter != GZIP && filter != LZMA && filter.firstByte == first) {
                return filter;
            }
        }
        return null;
    }
}
