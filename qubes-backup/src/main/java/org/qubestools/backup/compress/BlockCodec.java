package org.qubestools.backup.compress;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * Compresses blocks, each into a stream that is complete in itself; one behind the other they are a stream that every
 * decoder of the filter reads. For one thread.
 */
public interface BlockCodec extends AutoCloseable {
    /** The size of a block of the pipeline. */
    int XZ_DICTIONARY = 1 << 20;

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
            case GZIP -> new Gzip(level == 0 ? 6 : Math.min(level, 9));
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
        options.setDictSize(Math.min(options.getDictSize(), XZ_DICTIONARY));
        return options;
    }

    /** Gives blocks on as they are. */
    static BlockCodec none() {
        return (block, length, target) -> target.write(block, 0, length);
    }

    /** Members of gzip without name or time. */
    final class Gzip implements BlockCodec {
        private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};

        private final Deflater deflater;
        private final CRC32 crc = new CRC32();
        private final byte[] buffer = new byte[1 << 16];
        private final byte[] trailer = new byte[8];

        Gzip(int level) {
            this.deflater = new Deflater(level, true);
        }

        @Override
        public void compress(byte[] block, int length, Block target) {
            target.write(HEADER, 0, HEADER.length);
            deflater.reset();
            deflater.setInput(block, 0, length);
            deflater.finish();
            while (!deflater.finished()) {
                target.write(buffer, 0, deflater.deflate(buffer));
            }
            crc.reset();
            crc.update(block, 0, length);
            ByteBuffer.wrap(trailer)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt((int) crc.getValue())
                    .putInt(length);
            target.write(trailer, 0, trailer.length);
        }

        @Override
        public void close() {
            deflater.end();
        }
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
