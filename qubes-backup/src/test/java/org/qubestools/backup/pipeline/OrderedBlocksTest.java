package org.qubestools.backup.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.backup.compress.BlockCodec;
import org.qubestools.core.io.TaskScope;

@Timeout(60)
class OrderedBlocksTest {
    private static final int THREADS = 3;
    private static final long SEED = 5;

    private final TaskScope scope = new TaskScope();

    @AfterEach
    void end() {
        scope.close();
        assertThat(Thread.interrupted()).isFalse();
    }

    private OrderedBlocks plain() {
        return new OrderedBlocks(scope, THREADS, BlockCodec::none);
    }

    /** Takes until the last item: names and contents. */
    private static String takeAll(OrderedBlocks blocks, ByteArrayOutputStream content) throws InterruptedException {
        StringBuilder seen = new StringBuilder();
        while (true) {
            OrderedBlocks.Item item = blocks.take();
            if (item instanceof OrderedBlocks.Begin begin) {
                seen.append(begin.name()).append('(');
            } else if (item instanceof OrderedBlocks.Data data) {
                content.write(data.bytes(), 0, data.size());
                data.release();
            } else if (item instanceof OrderedBlocks.End) {
                seen.append(')');
            } else {
                return seen.toString();
            }
        }
    }

    @Test
    void theOrderIsThatOfWritingWhateverBlockIsReadyFirst() throws Exception {
        Random delays = new Random(SEED);
        OrderedBlocks blocks = new OrderedBlocks(scope, THREADS, () -> (block, length, target) -> {
            long until = System.nanoTime() + delays.nextInt(2_000_000);
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            target.write(block, 0, length);
        });
        byte[] content = new byte[40 * BlockCodec.BLOCK + 17];
        new Random(SEED).nextBytes(content);
        scope.fork("write", () -> {
            try (OutputStream out = blocks.begin("a")) {
                out.write(content, 0, 3);
                out.write(content, 3, content.length - 3);
            }
            blocks.last();
        });
        ByteArrayOutputStream taken = new ByteArrayOutputStream();

        assertThat(takeAll(blocks, taken)).isEqualTo("a()");

        assertThat(Arrays.equals(taken.toByteArray(), content))
                .as("seed %s", SEED)
                .isTrue();
    }

    @Test
    void anEmptyStreamHasABeginAndAnEnd() throws Exception {
        OrderedBlocks blocks = plain();
        blocks.begin("empty").close();
        OutputStream twice = blocks.begin("b");
        twice.write(1);
        twice.close();
        twice.close();
        blocks.last();
        ByteArrayOutputStream taken = new ByteArrayOutputStream();

        assertThat(takeAll(blocks, taken)).isEqualTo("empty()b()");
        assertThat(taken.toByteArray()).containsExactly(1);
    }

    @Test
    void aWriterWithoutTakerWaits() throws Exception {
        OrderedBlocks blocks = plain();
        AtomicLong written = new AtomicLong();
        CountDownLatch stopped = new CountDownLatch(1);
        scope.fork("write", () -> {
            try (OutputStream out = blocks.begin("a")) {
                while (true) {
                    out.write(new byte[1 << 16]);
                    written.addAndGet(1 << 16);
                }
            } catch (IOException e) {
                stopped.countDown();
            }
        });

        assertThat(stopped.await(300, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(written.get()).isEqualTo((2L * THREADS + 6) * BlockCodec.BLOCK);
        scope.close();
        assertThat(stopped.getCount()).isZero();
    }

    @Test
    void aTakerThatFailsEndsTheWriter() throws Exception {
        OrderedBlocks blocks = plain();
        scope.fork("take", () -> {
            blocks.take();
            throw new IOException("disk full");
        });

        assertThatThrownBy(() -> {
                    try (OutputStream out = blocks.begin("a")) {
                        while (true) {
                            out.write(new byte[1 << 16]);
                        }
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(scope.failure()).hasMessage("disk full");
    }

    @Test
    void aCodecThatFailsEndsWriterAndTaker() {
        OrderedBlocks blocks = new OrderedBlocks(scope, 1, () -> (block, length, target) -> {
            throw new IOException("no such block");
        });

        assertThatThrownBy(() -> {
                    try (OutputStream out = blocks.begin("a")) {
                        out.write(new byte[BlockCodec.BLOCK]);
                    }
                    takeAll(blocks, new ByteArrayOutputStream());
                })
                .isInstanceOfAny(InterruptedException.class, IOException.class);
        assertThat(scope.failure()).hasMessage("no such block");
    }
}
