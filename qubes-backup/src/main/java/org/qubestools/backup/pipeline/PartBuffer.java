package org.qubestools.backup.pipeline;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.BlockInputStream;

/**
 * The content of one chunk: filled once, then read once, from the front; what was read is free again at once. Larger
 * than {@link #MEMORY_LIMIT} it goes on in a file. One thread at a time.
 */
public final class PartBuffer implements AutoCloseable {
    /** A chunk up to this size, 128 MiB, never touches a disk. */
    public static final long MEMORY_LIMIT = 128L << 20;

    private final SegmentPool pool;
    private final SpillSpace space;
    private final long memoryLimit;
    private final Deque<byte[]> segments = new ArrayDeque<>();
    private int lastFilled = SegmentPool.SEGMENT;
    private long inMemory;
    private @Nullable FileChannel file;
    private long inFile;

    public PartBuffer(SegmentPool pool, SpillSpace space) {
        this(pool, space, MEMORY_LIMIT);
    }

    PartBuffer(SegmentPool pool, SpillSpace space, long memoryLimit) {
        this.pool = pool;
        this.space = space;
        this.memoryLimit = memoryLimit;
    }

    public long size() {
        return inMemory + inFile;
    }

    /** Something that looks at stretches of the content. */
    public interface Visitor {
        void visit(byte[] data, int offset, int length) throws IOException;
    }

    /** Appends bytes; waits for free memory. */
    public void append(byte[] data, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (file != null || inMemory >= memoryLimit) {
                spill(data, at, end - at);
                return;
            }
            byte[] segment = room();
            int part = Math.min(end - at, SegmentPool.SEGMENT - lastFilled);
            System.arraycopy(data, at, segment, lastFilled, part);
            lastFilled += part;
            inMemory += part;
            at += part;
        }
    }

    /**
     * Appends exactly {@code size} bytes of {@code in}, showing them to {@code visitor} on the way.
     *
     * @throws EOFException if there are fewer
     */
    public void fill(InputStream in, long size, Visitor visitor) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = size;
        while (left > 0) {
            int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (got < 0) {
                throw new EOFException("a chunk ends too early");
            }
            visitor.visit(buffer, 0, got);
            append(buffer, 0, got);
            left -= got;
        }
    }

    private byte[] room() throws InterruptedIOException {
        byte[] last = segments.peekLast();
        if (last == null || lastFilled == SegmentPool.SEGMENT) {
            try {
                last = pool.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
            segments.addLast(last);
            lastFilled = 0;
        }
        return last;
    }

    private void spill(byte[] data, int offset, int length) throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            channel = space.open();
            file = channel;
        }
        ByteBuffer rest = ByteBuffer.wrap(data, offset, length);
        try {
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw space.full(e, size() + length);
        }
        inFile += length;
    }

    /** The content from its first byte; closing the stream frees the whole buffer. */
    public InputStream reading() throws IOException {
        FileChannel channel = file;
        if (channel != null) {
            channel.position(0);
        }
        return new Reading();
    }

    @Override
    public void close() {
        while (!segments.isEmpty()) {
            pool.giveBack(segments.removeFirst());
        }
        inMemory = 0;
        FileChannel channel = file;
        file = null;
        inFile = 0;
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final class Reading extends BlockInputStream {
        private int at;

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            byte[] first = segments.peekFirst();
            if (first != null) {
                boolean last = segments.size() == 1;
                int end = last ? lastFilled : SegmentPool.SEGMENT;
                int part = Math.min(length, end - at);
                System.arraycopy(first, at, buffer, offset, part);
                at += part;
                if (at == end) {
                    pool.giveBack(segments.removeFirst());
                    at = 0;
                }
                return part;
            }
            FileChannel channel = file;
            return channel == null ? -1 : channel.read(ByteBuffer.wrap(buffer, offset, length));
        }

        @Override
        public void close() {
            PartBuffer.this.close();
        }
    }
}
