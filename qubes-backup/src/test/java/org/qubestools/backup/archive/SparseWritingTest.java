package org.qubestools.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sparse files as GNU tar has them: four extents in the header, twenty-one in each block that follows. */
class SparseWritingTest {
    private static final long SEED = 4711;
    private static final int STEP = 4096;

    @TempDir
    Path directory;

    /** A file with so many extents, each after a hole. */
    private static byte[] content(int extents, int tail) {
        byte[] content = new byte[2 * STEP * extents + tail];
        Random random = new Random(SEED);
        for (int i = 0; i < extents; i++) {
            byte[] part = new byte[STEP];
            random.nextBytes(part);
            System.arraycopy(part, 0, content, STEP * (2 * i + 1), STEP);
        }
        return content;
    }

    private static SparseMap map(int extents, long size) throws DamagedArchive {
        SparseMap.Builder map = new SparseMap.Builder();
        for (int i = 0; i < extents; i++) {
            map.add(STEP * (2L * i + 1), STEP);
        }
        return map.build(size);
    }

    private static Written written(byte[] content, SparseMap map) throws IOException {
        return Written.of(tar -> {
            tar.file(Written.facts("vm5/private.img"), map);
            for (int i = 0; i < map.count(); i++) {
                tar.data(content, (int) map.offset(i), (int) map.length(i));
            }
            tar.endFile();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 24, 25, 26, 45, 46, 47, 300})
    void anyNumberOfExtentsIsReadByUsAndByTar(int extents) throws IOException {
        for (int tail : new int[] {0, 1, STEP}) {
            byte[] content = content(extents, tail);
            Written written = written(content, map(extents, content.length));

            assertThat(written.content()).as("tail %s", tail).isEqualTo(content);
            written.extract(directory);
            assertThat(Files.readAllBytes(directory.resolve("vm5/private.img")))
                    .as("tail %s", tail)
                    .isEqualTo(content);
        }
    }

    @Test
    void aFileOfHolesOnlyHasOneEntryAndNoData() throws IOException {
        byte[] content = new byte[100_000];
        Written written = written(content, map(0, content.length));

        assertThat(written.bytes()).hasSize(10240);
        assertThat((char) written.bytes()[156]).isEqualTo('S');
        assertThat(written.content()).isEqualTo(content);
        written.extract(directory);
        assertThat(Files.readAllBytes(directory.resolve("vm5/private.img"))).isEqualTo(content);
    }

    @Test
    void aFileWithoutHolesIsAnOrdinaryOne() throws IOException {
        byte[] content = new byte[STEP];

        assertThat((char) written(content, SparseMap.dense(STEP)).bytes()[156]).isEqualTo('0');
        assertThat((char) written(new byte[0], SparseMap.dense(0)).bytes()[156]).isEqualTo('0');
    }

    @Test
    void aLongNameComesBeforeTheSparseHeader() throws IOException {
        String name = "n".repeat(200);
        Written written = Written.of(tar -> {
            tar.file(Written.facts(name), map(6, 12L * STEP));
            tar.data(new byte[6 * STEP], 0, 6 * STEP);
            tar.endFile();
        });

        assertThat(written.onlyEntry().path().isText(name)).isTrue();
        assertThat(written.listing()).contains(" " + 12 * STEP + " ").endsWith(name + "\n");
    }

    @Test
    void randomMapsComeBack() throws IOException {
        Random random = new Random(SEED);
        for (int run = 0; run < 50; run++) {
            byte[] content = new byte[random.nextInt(200_000) + 1];
            SparseMap.Builder map = new SparseMap.Builder();
            int at = 0;
            while (at < content.length) {
                int start = at + random.nextInt(5) * 512;
                int end = Math.min(content.length, start + random.nextInt(3000) + 1);
                if (start < end) {
                    Arrays.fill(content, start, end, (byte) (run + 1));
                    map.add(start, end - start);
                }
                at = Math.max(start, end);
            }

            assertThat(written(content, map.build(content.length)).content())
                    .as("seed %s run %s", SEED, run)
                    .isEqualTo(content);
        }
    }
}
