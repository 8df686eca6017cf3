package org.qubestools.backup.unpack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.qubestools.backup.archive.ContentSink;

/** Writes what it is given except blocks of zeros, which become holes. The caller sets the length at the end. */
final class SparseFile implements ContentSink {
    private static final int BLOCK = 4096;
    private static final byte[] ZEROS = new byte[BLOCK];

    private final FileChannel file;

    SparseFile(FileChannel file) {
        this.file = file;
    }

    @Override
    public void data(long offset, byte[] buffer, int from, int length) throws IOException {
        int start = from;
        int at = from;
        int end = from + length;
        while (at < end) {
            int toBorder = BLOCK - (int) ((offset + at - from) & (BLOCK - 1));
            int part = Math.min(toBorder, end - at);
            if (part == BLOCK && Arrays.equals(buffer, at, at + BLOCK, ZEROS, 0, BLOCK)) {
                write(offset + start - from, buffer, start, at - start);
                start = at + BLOCK;
            }
            at += part;
        }
        write(offset + start - from, buffer, start, end - start);
    }

    private void write(long position, byte[] buffer, int from, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(buffer, from, length);
        long at = position;
        while (rest.hasRemaining()) {
            at += file.write(rest, at);
        }
    }
}
