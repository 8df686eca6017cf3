package org.qubestools.backup.vm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The fixed part of one entry of a file-copy stream, as sent; the times, which mean nothing here, are left out.
 *
 * @param nameLength bytes of the name with its final NUL; 0 marks the end of the stream
 * @param size bytes of content; negative if more than a long can hold
 */
record EntryHeader(long nameLength, int mode, long size) {
    /** Bytes of a header in the stream. */
    static final int LENGTH = 32;

    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;

    /** Takes apart {@link #LENGTH} bytes. */
    static EntryHeader parse(byte[] untrusted) {
        ByteBuffer fields = ByteBuffer.wrap(untrusted).order(ByteOrder.LITTLE_ENDIAN);
        return new EntryHeader(Integer.toUnsignedLong(fields.getInt(0)), fields.getInt(4), fields.getLong(8));
    }

    boolean isEnd() {
        return nameLength == 0;
    }

    boolean isFile() {
        return (mode & TYPE) == REGULAR;
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }
}
