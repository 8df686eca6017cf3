package org.qubestools.backup.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.build.Compressed;
import org.qubestools.backup.build.Program;
import org.qubestools.core.io.TaskScope;

/** Members of ours, in the hands of ours and of others. */
class GzipRunTest {
    private static final long SEED = 20161;
    private static final int LENGTH_AT = 16;

    private final Random random = new Random(SEED);
    private final TaskScope scope = new TaskScope();
    private final Inflaters inflaters = Inflaters.start(scope, 2);

    @AfterEach
    void close() {
        scope.close();
    }

    /** Text, noise and zeros in pieces of odd lengths. */
    private byte[] content(int length) {
        byte[] content = new byte[length];
        int at = 0;
        while (at < length) {
            int end = Math.min(length, at + random.nextInt(150_000));
            int kind = random.nextInt(3);
            for (int i = at; i < end; i++) {
                content[i] = (byte) (kind == 0 ? 0 : random.nextInt(kind == 1 ? 7 : 256));
            }
            at = end + 1;
        }
        return content;
    }

    private static byte[] member(byte[] content) {
        BlockCodec.Block block = BlockCodec.Block.empty();
        try (GzipCodec codec = new GzipCodec(6)) {
            codec.compress(content, content.length, block);
        }
        return block.toByteArray();
    }

    private byte[] members(byte[] content) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int at = 0; at < content.length; at += BlockCodec.BLOCK) {
            all.writeBytes(member(Arrays.copyOfRange(content, at, Math.min(content.length, at + BlockCodec.BLOCK))));
        }
        return all.toByteArray();
    }

    private InputStream parallel(byte[] compressed) {
        return Filter.GZIP.decoding(new ByteArrayInputStream(compressed), inflaters);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32767, 32768, 32769, 65535, 65536, 131072, BlockCodec.BLOCK - 1, BlockCodec.BLOCK})
    void noiseOfAnyLengthComesBack(int length) throws IOException {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        byte[] compressed = member(noise);

        assertThat(compressed.length).isLessThanOrEqualTo(GzipLength.MOST);
        assertThat(parallel(compressed).readAllBytes()).isEqualTo(noise);
        assertThat(Program.filter(compressed, "gzip", "-dc")).isEqualTo(noise);
    }

    @Test
    void mixedContentComesBackFromEveryReader() throws IOException {
        byte[] content = content(9 * BlockCodec.BLOCK + 12345);
        byte[] compressed = members(content);

        assertThat(parallel(compressed).readAllBytes()).as("seed %s", SEED).isEqualTo(content);
        assertThat(Filter.GZIP.decoding(new ByteArrayInputStream(compressed)).readAllBytes())
                .isEqualTo(content);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed)).readAllBytes())
                .isEqualTo(content);
        assertThat(Program.filter(compressed, "gzip", "-dc")).isEqualTo(content);
    }

    /** Each block costs its header, and what stored pieces save is not lost to others. */
    @Test
    void storedPiecesCostNothing() {
        byte[] content = content(BlockCodec.BLOCK);
        Deflater alone = new Deflater(6, true);
        alone.setInput(content);
        alone.finish();
        int least = alone.deflate(new byte[2 * BlockCodec.BLOCK]);
        alone.end();

        assertThat(member(content).length).as("seed %s", SEED).isLessThan(least + least / 50);
    }

    @Test
    void membersOfOthersBetweenOursAndZerosBehindAreRead() throws IOException {
        byte[] mine = content(300_000);
        byte[] other = content(200_000);
        byte[] compressed = Compressed.joined(
                member(mine), Compressed.with("gzip", other), member(other), member(mine), new byte[5000]);

        assertThat(parallel(compressed).readAllBytes()).isEqualTo(Compressed.joined(mine, other, other, mine));
    }

    @Test
    void rubbishBehindMembersIsFoundAfterTheirContent() throws IOException {
        byte[] content = content(100_000);
        InputStream in = parallel(Compressed.joined(member(content), new byte[] {1, 2, 3}));

        assertThat(in.readNBytes(content.length)).isEqualTo(content);
        assertThatThrownBy(in::read).isInstanceOf(DamagedArchive.class).hasMessageContaining("something follows");
    }

    @Test
    void aCutIsFoundAfterTheContentBeforeIt() throws IOException {
        byte[] content = content(100_000);
        byte[] cut = Arrays.copyOf(member(content), 5000);
        InputStream in = parallel(Compressed.joined(member(content), cut));

        assertThat(in.readNBytes(content.length)).isEqualTo(content);
        assertThatThrownBy(in::read).isInstanceOf(DamagedArchive.class).hasMessageContaining("cut");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 100, -5000})
    void aMemberThatLiesAboutItsLengthIsDamaged(int lie) {
        byte[] content = content(100_000);
        byte[] first = member(content);
        ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).putInt(LENGTH_AT, first.length + lie);
        byte[] compressed = Compressed.joined(first, member(content), member(content));

        assertThatThrownBy(() -> parallel(compressed).readAllBytes()).isInstanceOf(DamagedArchive.class);
    }

    /** No memory is taken for it: it is read like a member of others. */
    @ParameterizedTest
    @ValueSource(ints = {0, 27, GzipLength.MOST + 1, Integer.MAX_VALUE, -1})
    void anImpossibleLengthIsNotBelieved(int length) throws IOException {
        byte[] content = content(100_000);
        byte[] first = member(content);
        ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).putInt(LENGTH_AT, length);

        assertThat(parallel(Compressed.joined(first, member(content))).readAllBytes())
                .isEqualTo(Compressed.joined(content, content));
    }

    @Test
    void noFlippedBitPasses() throws IOException {
        byte[] content = content(3000);
        byte[] compressed = Compressed.joined(member(content), member(content));
        byte[] twice = Compressed.joined(content, content);
        for (int i = 0; i < 4000; i++) {
            byte[] flipped = compressed.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                // Flags, time and system in a header are not protected by gzip.
                assertThat(parallel(flipped).readAllBytes()).as("seed %s", SEED).isEqualTo(twice);
            } catch (DamagedArchive expected) {
                assertThat(expected).hasMessageContaining("gzip");
            }
        }
    }

    @Test
    void whoStopsReadingLeavesNothingBehindForTheNext() throws IOException {
        byte[] content = content(5 * BlockCodec.BLOCK);
        byte[] compressed = members(content);
        for (int i = 0; i < 5; i++) {
            assertThat(parallel(compressed).readNBytes(1000)).isEqualTo(Arrays.copyOf(content, 1000));
        }

        assertThat(parallel(compressed).readAllBytes()).isEqualTo(content);
    }
}
