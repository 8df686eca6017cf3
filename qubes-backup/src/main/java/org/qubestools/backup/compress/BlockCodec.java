package org.qubestools.backup.compress;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * Compresses blocks, each into a stream that is complete in itself; one behind the other they are a stream that every
 * decoder of the filter reads. For one thread.
 */
public interface BlockCodec extends AutoCloseable {
    /** Bytes of a block before compression, or fewer. */
    int BLOCK = 1 << 20;

    /** Appends the compressed form of {@code length} bytes to {@code target}. */
    void compress(byte[] block, int length, Block target) throws IOException;

    @Override
    default void close() {}

    /** A growing array that is used again and again. */
    final class Block extends ByteArrayOutputStream {
        Block() {
            super(1 << 16);
        }

        public static Block empty() {
            return new Block();
        }

        /** The content, valid in its first {@link #size} bytes until the next write. */
        public byte[] array() {
            return buf;
        }
    }

    /**
     * A codec of the filter, LZMA excepted: its programs read one stream only.
     *
     * @param level from 1 to 9, or 19 for zstd; 0 for what its program uses by default
     */
    static BlockCodec of(Filter filter, int level) {
        return switch (filter) {
            case GZIP -> new GzipCodec(level == 0 ? 6 : Math.min(level, 9));
            case ZSTD -> new Zstd(level == 0 ? 3 : level);
            case BZIP2 ->
                (block, length, target) -> {
                    OutputStream out = new BZip2CompressorOutputStream(target, level == 0 ? 9 : Math.min(level, 9));
                    out.write(block, 0, length);
                    out.close();
                };
            case XZ ->
                (block, length, target) -> {
                    OutputStream out = new XZOutputStream(target, xz(level == 0 ? 6 : Math.min(level, 9)));
                    out.write(block, 0, length);
                    out.close();
                };
            case LZMA -> throw new IllegalArgumentException("its streams cannot follow each other");
        };
    }

    /** A dictionary larger than a block helps nothing and takes ten times its size. */
    private static LZMA2Options xz(int level) throws IOException {
        LZMA2Options options = new LZMA2Options(level);
        options.setDictSize(Math.min(options.getDictSize(), BLOCK));
        return options;
    }

    /** Gives blocks on as they are. */
    static BlockCodec none() {
        return (block, length, target) -> target.write(block, 0, length);
    }

    /** Frames with a checksum. */
    final class Zstd implements BlockCodec {
        private final ZstdCompressCtx context = new ZstdCompressCtx();
        private byte[] buffer = new byte[0];

        Zstd(int level) {
            context.setLevel(level).setChecksum(true);
        }

        @Override
        public void compress(byte[] block, int length, Block target) {
            int most = Math.toIntExact(com.github.luben.zstd.Zstd.compressBound(length));
            if (buffer.length < most) {
                buffer = new byte[most];
            }
            int size = context.compressByteArray(buffer, 0, buffer.length, block, 0, length);
            target.write(buffer, 0, size);
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
