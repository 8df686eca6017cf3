package org.qubestools.backup.compress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseTest {
    private static final long SEED = 4711;

    private final Random random = new Random(SEED);
    private final Noise noise = new Noise();

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private boolean isNoise(byte[] block, int from) {
        noise.begin();
        return noise.isNoise(block, from, Noise.PIECE);
    }

    private byte[] words(int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append("word").append(random.nextInt(1000)).append(' ');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void randomBytesAreNoise() {
        for (int i = 0; i < 100; i++) {
            assertThat(isNoise(random(Noise.PIECE + i), i)).as("seed %s", SEED).isTrue();
        }
    }

    @Test
    void whatDeflateMadeIsNoise() {
        Deflater deflater = new Deflater(6, true);
        deflater.setInput(words(1 << 20));
        deflater.finish();
        byte[] compressed = new byte[1 << 20];
        int length = deflater.deflate(compressed);
        deflater.end();

        assertThat(length).isGreaterThan(2 * Noise.PIECE);
        assertThat(isNoise(compressed, Noise.PIECE)).isTrue();
    }

    @Test
    void whatCanBeMadeSmallerIsNone() {
        assertThat(isNoise(new byte[Noise.PIECE], 0)).isFalse();
        assertThat(isNoise(words(Noise.PIECE), 0)).isFalse();
        byte[] base64 = Base64.getEncoder().encode(random(Noise.PIECE));
        assertThat(isNoise(base64, 0)).isFalse();
    }

    @Test
    void anEvenPieceThatRepeatsItselfIsNone() {
        byte[] block = random(Noise.PIECE);
        System.arraycopy(block, 101, block, Noise.PIECE / 2 + 3, Noise.PIECE / 4);

        assertThat(isNoise(block, 0)).isFalse();
    }

    @Test
    void anEvenPieceThatRepeatsTheOneBeforeIsNone() {
        byte[] block = random(2 * Noise.PIECE);
        System.arraycopy(block, 1000, block, Noise.PIECE + 777, Noise.PIECE / 4);
        noise.begin();

        assertThat(noise.isNoise(block, 0, Noise.PIECE)).isTrue();
        assertThat(noise.isNoise(block, Noise.PIECE, Noise.PIECE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 32, 100, 128, 200, 224, 480})
    void recordsThatBeginAlikeAreNone(int offset) {
        byte[] header = random(32);
        byte[] block = random(Noise.PIECE);
        for (int at = offset; at + header.length <= block.length; at += 512) {
            System.arraycopy(header, 0, block, at, header.length);
        }

        assertThat(isNoise(block, 0)).isFalse();
    }

    @Test
    void aTableBeforeRandomBytesIsNone() {
        byte[] block = random(Noise.PIECE);
        System.arraycopy(words(Noise.PIECE / 2), 0, block, 0, Noise.PIECE / 2);
        assertThat(isNoise(block, 0)).isFalse();

        byte[] end = random(Noise.PIECE);
        System.arraycopy(words(Noise.PIECE / 2), 0, end, Noise.PIECE / 2, Noise.PIECE / 2);
        assertThat(isNoise(end, 0)).isFalse();
    }

    @Test
    void shortRestsAreLeftToDeflate() {
        noise.begin();

        assertThat(noise.isNoise(random(Noise.PIECE), 0, Noise.PIECE - 1)).isFalse();
    }
}
