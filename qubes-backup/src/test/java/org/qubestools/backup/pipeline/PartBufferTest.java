package org.qubestools.backup.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.QubesException;

/** Chunks in memory and, when too large, in files without a name. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PartBufferTest {
    private static final int SEGMENT = SegmentPool.SEGMENT;

    @TempDir
    private Path directory;

    private static byte[] content(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private PartBuffer buffer(SegmentPool pool, long memoryLimit) {
        return new PartBuffer(pool, new SpillSpace(directory), memoryLimit);
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 1, 5 * SEGMENT + 17})
    void whatIsPutInComesOutInMemoryAndBeyond(int length) throws IOException {
        byte[] content = content(length);
        try (PartBuffer buffer = buffer(new SegmentPool(2 * SEGMENT), 2 * SEGMENT)) {
            buffer.fill(new ByteArrayInputStream(content), length, (data, offset, count) -> {});

            assertThat(buffer.size()).isEqualTo(length);
            assertThat(buffer.reading().readAllBytes()).isEqualTo(content);
            assertNothingLeft();
        }
    }

    @Test
    void singleBytesAndOddPiecesAreReadAsWell() throws IOException {
        byte[] content = content(3 * SEGMENT);
        PartBuffer buffer = buffer(new SegmentPool(SEGMENT), SEGMENT);
        for (int at = 0; at < content.length; at += 99_999) {
            buffer.append(content, at, Math.min(99_999, content.length - at));
        }

        try (InputStream in = buffer.reading()) {
            for (byte expected : content) {
                assertThat((byte) in.read()).isEqualTo(expected);
            }
            assertThat(in.read()).isEqualTo(-1);
        }
        assertNothingLeft();
    }

    @Test
    void aSpilledChunkHasNoNameWhileItIsHeld() throws IOException {
        try (PartBuffer buffer = buffer(new SegmentPool(SEGMENT), SEGMENT)) {
            buffer.append(content(2 * SEGMENT), 0, 2 * SEGMENT);

            assertNothingLeft();
        }
    }

    @Test
    void memoryThatWasReadIsFreeAtOnce() throws IOException {
        SegmentPool pool = new SegmentPool(2 * SEGMENT);
        PartBuffer first = buffer(pool, 2 * SEGMENT);
        first.append(content(2 * SEGMENT), 0, 2 * SEGMENT);
        InputStream in = first.reading();
        assertThat(in.readNBytes(SEGMENT)).hasSize(SEGMENT);

        try (PartBuffer second = buffer(pool, 2 * SEGMENT)) {
            second.append(content(SEGMENT), 0, SEGMENT);
            assertThat(second.size()).isEqualTo(SEGMENT);
        }
        assertThat(in.readAllBytes()).hasSize(SEGMENT);
    }

    @Test
    void closingTwiceFreesOnce() throws IOException {
        SegmentPool pool = new SegmentPool(SEGMENT);
        PartBuffer buffer = buffer(pool, SEGMENT);
        buffer.append(content(SEGMENT), 0, SEGMENT);
        buffer.close();
        buffer.close();

        PartBuffer next = buffer(pool, 2 * SEGMENT);
        next.append(content(SEGMENT), 0, SEGMENT);
        Thread waiting = new Thread(
                () -> assertThatThrownBy(() -> next.append(new byte[1], 0, 1)).hasMessage("interrupted"));
        waiting.start();
        while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        waiting.interrupt();
        assertThat(joined(waiting)).isTrue();
    }

    private static boolean joined(Thread thread) {
        try {
            thread.join();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void whoNeedsMemoryWaitsUntilItIsFree() throws Exception {
        SegmentPool pool = new SegmentPool(SEGMENT);
        PartBuffer first = buffer(pool, SEGMENT);
        first.append(new byte[1], 0, 1);
        CountDownLatch done = new CountDownLatch(1);
        Thread second = new Thread(() -> {
            try (PartBuffer waiting = buffer(pool, SEGMENT)) {
                waiting.append(new byte[1], 0, 1);
                done.countDown();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        second.start();
        while (second.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(done.getCount()).isEqualTo(1);

        first.close();

        done.await();
        second.join();
    }

    @Test
    void fewerBytesThanAnnouncedAreAnError() {
        try (PartBuffer buffer = buffer(new SegmentPool(SEGMENT), SEGMENT)) {
            assertThatThrownBy(() -> buffer.fill(new ByteArrayInputStream(new byte[9]), 10, (d, o, n) -> {}))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void theVisitorSeesEverythingOnce() throws IOException {
        byte[] content = content(SEGMENT + 5);
        java.io.ByteArrayOutputStream seen = new java.io.ByteArrayOutputStream();
        try (PartBuffer buffer = buffer(new SegmentPool(2 * SEGMENT), 2 * SEGMENT)) {
            buffer.fill(new ByteArrayInputStream(content), content.length, seen::write);
        }

        assertThat(seen.toByteArray()).isEqualTo(content);
    }

    @Test
    void error23_aPlaceForTemporaryFilesThatIsNoneIsNamed() {
        Path missing = directory.resolve("missing");
        try (PartBuffer buffer = new PartBuffer(new SegmentPool(SEGMENT), new SpillSpace(missing), 0)) {
            assertThatThrownBy(() -> buffer.append(new byte[1], 0, 1))
                    .isInstanceOf(QubesException.class)
                    .hasMessageContaining("no temporary file can be made in " + missing);
        }
    }
}
