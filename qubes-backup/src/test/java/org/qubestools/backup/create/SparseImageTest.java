package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.DiskUsage;
import org.qubestools.core.io.Progress;
import org.qubestools.core.posix.PosixFiles;

/** A large image of which little is data. */
@Timeout(120)
class SparseImageTest {
    private static final long SEED = 64;
    private static final long APPARENT = 64L << 30;
    private static final int PIECE = 1 << 20;
    private static final int PIECES = 20;

    @TempDir
    Path root;

    private static void fill(Path image) throws IOException {
        byte[] piece = new byte[PIECE];
        Random random = new Random(SEED);
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < PIECES; i++) {
                random.nextBytes(piece);
                channel.write(ByteBuffer.wrap(piece), 3L * i * (1L << 30) + (1 << 20));
            }
            channel.write(ByteBuffer.wrap(new byte[1]), APPARENT - 1);
        }
    }

    private static void assertSame(Path extracted) throws IOException {
        byte[] expected = new byte[PIECE];
        ByteBuffer found = ByteBuffer.allocate(PIECE);
        Random random = new Random(SEED);
        try (FileChannel channel = FileChannel.open(extracted)) {
            assertThat(channel.size()).isEqualTo(APPARENT);
            for (int i = 0; i < PIECES; i++) {
                random.nextBytes(expected);
                channel.read(found.clear(), 3L * i * (1L << 30) + (1 << 20));
                assertThat(found.array()).as("seed %s piece %s", SEED, i).isEqualTo(expected);
            }
        }
    }

    @Test
    void archiveAndReadingDependOnTheDataOnly() throws IOException {
        assumeThat(PosixFiles.load().untrustedLimitation()).isEmpty();
        JobWorld world = new JobWorld(root);
        Path image = world.vm("work", 5).resolve("private.img");
        fill(image);
        AtomicLong told = new AtomicLong();
        AtomicLong stored = new AtomicLong();
        Extents system = world.extents;
        world.extents = (file, size) -> {
            var map = system.of(file, size);
            stored.addAndGet(map.stored());
            return map;
        };
        world.progress = new Counted(told);

        Path archive = world.write(WriteFormats.of("3e", WriteFormat.CHUNK_SIZE), "work");

        long most = (long) PIECES * PIECE + (1 << 20);
        assertThat(stored.get()).isBetween((long) PIECES * PIECE, most);
        assertThat(Files.size(archive)).isBetween((long) PIECES * PIECE, most);
        assertThat(told.get()).isEqualTo(APPARENT);
        Path extracted = world.extract(archive).resolve("vm5/private.img");
        assertSame(extracted);
        assertThat(DiskUsage.ofFiles(java.util.List.of(extracted))
                        .get(extracted)
                        .allocated())
                .isLessThan(most);
    }

    @Test
    void withoutKnowledgeOfHolesTheContentIsTheSame() throws IOException {
        JobWorld world = new JobWorld(root);
        world.extents = Extents.NONE;
        Path image = world.vm("work", 5).resolve("private.img");
        try (FileChannel channel = FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), 1_000_000);
        }

        Path extracted = world.extract(world.write(WriteFormats.of("3 gzip"), "work"));

        assertThat(extracted.resolve("appvms/work/private.img")).hasSameBinaryContentAs(image);
    }

    private record Counted(AtomicLong bytes) implements Progress {
        @Override
        public void start(long totalBytes) {
            assertThat(totalBytes).isEqualTo(APPARENT);
        }

        @Override
        public void item(String name) {}

        @Override
        public void advance(long more) {
            bytes.addAndGet(more);
        }

        @Override
        public void done() {}
    }
}
