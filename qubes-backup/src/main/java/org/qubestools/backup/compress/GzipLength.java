package org.qubestools.backup.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The extra field (RFC 1952, 2.3.1.1) in which a gzip member of ours tells its own length: subfield {@code QB} with four
 * bytes, little-endian. It belongs to data that were authenticated, and is checked nevertheless.
 */
final class GzipLength {
    /** The first bytes of such a member: no name, no time, made under Unix; the length is still 0. */
    static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 8, 0, 'Q', 'B', 4, 0, 0, 0, 0, 0};
    /** Header and trailer. */
    static final int LEAST = HEADER.length + 8;
    /** Of a whole member: a block of the pipeline that could not be made smaller, with some room. */
    static final int MOST = BlockCodec.BLOCK + (1 << 14);

    private static final int LENGTH_AT = HEADER.length - Integer.BYTES;

    private GzipLength() {}

    private static ByteBuffer numbers(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static void set(byte[] bytes, int start, int length) {
        numbers(bytes).putInt(start + LENGTH_AT, length);
    }

    /** The length of the member that begins so, or null if it is not one of ours. */
    static @Nullable Integer of(byte[] start) {
        if (start.length < HEADER.length || !Arrays.equals(start, 0, LENGTH_AT, HEADER, 0, LENGTH_AT)) {
            return null;
        }
        int length = numbers(start).getInt(LENGTH_AT);
        return length >= LEAST && length <= MOST ? length : null;
    }
}
