package org.qubestools.backup.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Members of gzip (RFC 1952) without name or time. What cannot be made smaller is stored (RFC 1951, 3.2.4) without
 * trying to. An extra field tells the length of the member, so that a reader can unpack several at once.
 */
final class GzipCodec implements BlockCodec {
    private static final int LARGEST_STORED = 0xffff;

    private final Deflater deflater;
    private final Noise noise = new Noise();
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[1 << 16];

    GzipCodec(int level) {
        this.deflater = new Deflater(level, true);
    }

    @Override
    public void compress(byte[] block, int length, Block target) {
        int start = target.size();
        target.write(GzipLength.HEADER, 0, GzipLength.HEADER.length);
        noise.begin();
        int at = 0;
        do {
            boolean stored = isNoise(block, at, length);
            int end = piece(at, length);
            while (end < length && isNoise(block, end, length) == stored) {
                end = piece(end, length);
            }
            if (stored) {
                store(block, at, end, end == length, target);
            } else {
                deflate(block, at, end, end == length, target);
            }
            at = end;
        } while (at < length);
        crc.reset();
        crc.update(block, 0, length);
        ByteBuffer trailer = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
        trailer.putInt((int) crc.getValue()).putInt(length);
        target.write(buffer, 0, trailer.position());
        GzipLength.set(target.array(), start, target.size() - start);
    }

    private static int piece(int from, int length) {
        return Math.min(length, from + Noise.PIECE);
    }

    private boolean isNoise(byte[] block, int from, int length) {
        return noise.isNoise(block, from, piece(from, length) - from);
    }

    /** Blocks that begin and end at a whole byte. */
    private void store(byte[] block, int from, int to, boolean last, Block target) {
        int at = from;
        while (at < to) {
            int size = Math.min(to - at, LARGEST_STORED);
            boolean end = last && at + size == to;
            ByteBuffer head = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
            head.put((byte) (end ? 1 : 0)).putShort((short) size).putShort((short) ~size);
            target.write(buffer, 0, head.position());
            target.write(block, at, size);
            at += size;
        }
    }

    private void deflate(byte[] block, int from, int to, boolean last, Block target) {
        deflater.reset();
        deflater.setInput(block, from, to - from);
        if (last) {
            deflater.finish();
        }
        int got = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
        while (got > 0) {
            target.write(buffer, 0, got);
            got = deflater.finished() ? 0 : deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
        }
    }

    @Override
    public void close() {
        deflater.end();
    }
}
