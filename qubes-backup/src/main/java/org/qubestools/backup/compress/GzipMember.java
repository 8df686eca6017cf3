package org.qubestools.backup.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;

/** A gzip member that told its length: filled by one thread, unpacked by another, read by the first. */
final class GzipMember {
    private static final int CRC_LENGTH = Integer.BYTES;

    private final byte[] packed = new byte[GzipLength.MOST];
    /** One byte longer than a block, so that the decoder sees its end. */
    private final byte[] content = new byte[BlockCodec.BLOCK + 1];

    private int length;
    private int size;
    private CountDownLatch ready = new CountDownLatch(1);
    private @Nullable DamagedArchive failure;

    /** Takes the member of {@code total} bytes whose header was read already. */
    void fill(InputStream in, int total) throws IOException {
        length = total - GzipLength.HEADER.length;
        if (in.readNBytes(packed, 0, length) < length) {
            throw new EOFException();
        }
    }

    void unpack(Inflater inflater) {
        try {
            inflate(inflater);
        } catch (DamagedArchive e) {
            failure = e;
        } finally {
            ready.countDown();
        }
    }

    private void inflate(Inflater inflater) throws DamagedArchive {
        int end = length - CRC_LENGTH - Integer.BYTES;
        inflater.reset();
        inflater.setInput(packed, 0, end);
        size = 0;
        try {
            int got = inflater.inflate(content);
            while (got > 0 && !inflater.finished()) {
                size += got;
                got = inflater.inflate(content, size, content.length - size);
            }
            size += got;
        } catch (DataFormatException e) {
            throw new DamagedArchive("the gzip stream is damaged", e);
        }
        if (!inflater.finished() || inflater.getRemaining() > 0) {
            throw new DamagedArchive("the gzip stream is damaged: a member is not as long as it says");
        }
        CRC32 crc = new CRC32();
        crc.update(content, 0, size);
        ByteBuffer trailer = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        if (trailer.getInt(end) != (int) crc.getValue() || trailer.getInt(end + CRC_LENGTH) != size) {
            throw new DamagedArchive("the gzip stream has a wrong checksum");
        }
    }

    /** Waits until it is unpacked. */
    void await() throws InterruptedException, DamagedArchive {
        ready.await();
        if (failure != null) {
            throw failure;
        }
    }

    /** Copies content from {@code position} on; -1 behind it. To be called after {@link #await}. */
    int copy(int position, byte[] buffer, int offset, int wanted) {
        if (position == size) {
            return -1;
        }
        int part = Math.min(wanted, size - position);
        System.arraycopy(content, position, buffer, offset, part);
        return part;
    }

    void clear() {
        ready = new CountDownLatch(1);
    }
}
