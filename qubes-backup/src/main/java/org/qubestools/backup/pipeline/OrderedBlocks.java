package org.qubestools.backup.pipeline;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.compress.BlockCodec;
import org.qubestools.core.io.TaskScope;

/**
 * Streams cut into blocks, compressed by several threads and given on in their order. One thread writes, one takes; a
 * fixed number of blocks goes round between them, so that whoever is too fast waits.
 */
public final class OrderedBlocks {
    /** What comes out. */
    public sealed interface Item {}

    /** A stream begins; everything up to {@link End} belongs to it. */
    public record Begin(String name) implements Item {}

    /** The stream is complete. */
    public record End() implements Item {}

    /** No stream follows. */
    public record Last() implements Item {}

    /** A compressed block; {@link #release} gives its memory back. */
    public final class Data implements Item {
        private final byte[] raw = new byte[BlockCodec.BLOCK];
        private final BlockCodec.Block compressed = BlockCodec.Block.empty();
        private CountDownLatch ready = new CountDownLatch(1);
        private int length;

        /** Waits for the block; valid in its first {@link #size} bytes until released. */
        public byte[] bytes() throws InterruptedException {
            ready.await();
            return compressed.array();
        }

        /** To be asked after {@link #bytes}. */
        public int size() {
            return compressed.size();
        }

        public void release() {
            compressed.reset();
            length = 0;
            ready = new CountDownLatch(1);
            if (!free.offer(this)) {
                throw new IllegalStateException("a block was released twice");
            }
        }
    }

    private final BlockingQueue<Data> free;
    private final BlockingQueue<Data> work;
    private final BlockingQueue<Item> ordered;

    /**
     * Starts the compressing threads in {@code scope}.
     *
     * @param codecs makes one codec for each thread
     */
    public OrderedBlocks(TaskScope scope, int threads, Supplier<BlockCodec> codecs) {
        int blocks = 2 * threads + 6;
        free = new ArrayBlockingQueue<>(blocks);
        work = new ArrayBlockingQueue<>(blocks);
        ordered = new ArrayBlockingQueue<>(blocks + 3);
        for (int i = 0; i < blocks; i++) {
            free.add(new Data());
        }
        for (int i = 0; i < threads; i++) {
            scope.fork("qubes-backup-compress-" + i, () -> compress(codecs.get()));
        }
    }

    private void compress(BlockCodec made) throws InterruptedException, IOException {
        try (BlockCodec codec = made) {
            while (true) {
                Data data = work.take();
                codec.compress(data.raw, data.length, data.compressed);
                data.ready.countDown();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the scope is closed: no more work
        }
    }

    /** Begins a stream; closing what is returned ends it. */
    public OutputStream begin(String name) throws IOException {
        put(new Begin(name));
        return new Stream();
    }

    /** Says that no stream follows. */
    public void last() throws IOException {
        put(new Last());
    }

    /** Waits for the next item. */
    public Item take() throws InterruptedException {
        return ordered.take();
    }

    private void put(Item item) throws IOException {
        try {
            if (item instanceof Data data) {
                work.put(data);
            }
            ordered.put(item);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static IOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted");
    }

    private final class Stream extends OutputStream {
        private @Nullable Data current;
        private boolean closed;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int at = offset;
            int end = offset + length;
            while (at < end) {
                Data data = current();
                int part = Math.min(end - at, BlockCodec.BLOCK - data.length);
                System.arraycopy(bytes, at, data.raw, data.length, part);
                data.length += part;
                at += part;
                if (data.length == BlockCodec.BLOCK) {
                    submit();
                }
            }
        }

        private Data current() throws IOException {
            try {
                Data data = current == null ? free.take() : current;
                current = data;
                return data;
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }

        private void submit() throws IOException {
            Data data = current;
            current = null;
            if (data != null) {
                put(data);
            }
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                submit();
                put(new End());
            }
        }
    }
}
