package org.qubestools.backup.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.qubestools.backup.build.Program;

class BlockCodecTest {
    private static final long SEED = 99;

    private final Random random = new Random(SEED);
    private final ByteArrayOutputStream plain = new ByteArrayOutputStream();

    /** Blocks of all kinds, each compressed for itself, one behind the other. */
    private byte[] compressed(Filter filter, int level, int... sizes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        BlockCodec.Block block = BlockCodec.Block.empty();
        try (BlockCodec codec = BlockCodec.of(filter, level)) {
            for (int size : sizes) {
                byte[] content = new byte[size + 10];
                random.nextBytes(content);
                Arrays.fill(content, 0, size / 2, (byte) 0);
                codec.compress(content, size, block);
                plain.write(content, 0, size);
                all.write(block.array(), 0, block.size());
                block.reset();
            }
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"GZIP,gzip", "BZIP2,bzip2", "XZ,xz", "ZSTD,zstd", "GZIP,pigz"})
    void blocksOneBehindTheOtherAreReadByTheProgram(Filter filter, String program) throws IOException {
        Program.assumeInstalled(program);
        byte[] compressed = compressed(filter, 0, 1, 100_000, 1 << 20, 0, 511, 1 << 20);

        assertThat(Program.filter(compressed, program, "-dc"))
                .as("seed %s", SEED)
                .isEqualTo(plain.toByteArray());
    }

    @ParameterizedTest
    @EnumSource(names = "LZMA", mode = EnumSource.Mode.EXCLUDE)
    void blocksOneBehindTheOtherAreReadByUs(Filter filter) throws IOException {
        byte[] compressed = compressed(filter, 0, 1, 100_000, 1 << 20, 0, 511, 1 << 20);

        byte[] back = filter.decoding(new ByteArrayInputStream(compressed)).readAllBytes();

        assertThat(back).as("seed %s", SEED).isEqualTo(plain.toByteArray());
    }

    @ParameterizedTest
    @CsvSource({"GZIP,1", "GZIP,9", "BZIP2,1", "BZIP2,9", "XZ,1", "XZ,9", "ZSTD,1", "ZSTD,19"})
    void everyLevelIsReadByUs(Filter filter, int level) throws IOException {
        byte[] compressed = compressed(filter, level, 300_000, 7);

        byte[] back = filter.decoding(new ByteArrayInputStream(compressed)).readAllBytes();

        assertThat(back).as("seed %s", SEED).isEqualTo(plain.toByteArray());
    }

    @Test
    void lzmaIsNotWrittenInBlocks() {
        assertThatThrownBy(() -> BlockCodec.of(Filter.LZMA, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutCompressionBytesStay() throws IOException {
        BlockCodec.Block block = BlockCodec.Block.empty();

        BlockCodec.none().compress(new byte[] {1, 2, 3}, 2, block);

        assertThat(block.toByteArray()).containsExactly(1, 2);
    }
}
