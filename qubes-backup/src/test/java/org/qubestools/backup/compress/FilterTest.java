package org.qubestools.backup.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.build.Compressed;

/** Every filter with what can stand behind its stream; see section 8 of the format. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FilterTest {
    private static byte[] content(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        Arrays.fill(bytes, length / 3, length / 2, (byte) 0);
        return bytes;
    }

    /** Gives few bytes at a time, as pipes do. */
    private static final class Trickle extends ByteArrayInputStream {
        Trickle(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            return super.read(buffer, offset, Math.min(length, 7));
        }
    }

    private static byte[] decoded(String filter, byte[] stream) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(stream);
        try (InputStream decoding = Filter.named(filter).orElseThrow().decoding(in)) {
            byte[] content = decoding.readAllBytes();
            assertThat(in.available()).as("the input is read to its end").isZero();
            assertThat(decoding.read()).isEqualTo(-1);
            return content;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "lzma", "zstd"})
    void aStreamOfAnyLengthComesBack(String filter) throws IOException {
        for (int length : new int[] {0, 1, 511, 32768, 65536, 131072, 300_001}) {
            byte[] content = content(length);

            assertThat(decoded(filter, Compressed.with(filter, content))).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "lzma", "zstd"})
    void aStreamThatComesInPiecesIsReadAsWell(String filter) throws IOException {
        byte[] content = content(70_000);
        InputStream in = new Trickle(Compressed.with(filter, content));

        try (InputStream decoding = Filter.named(filter).orElseThrow().decoding(in)) {
            assertThat(decoding.readAllBytes()).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "lzma", "zstd"})
    void severalStreamsAreOne(String filter) throws IOException {
        byte[] a = content(40_000);
        byte[] b = content(1);
        byte[] c = content(70_000);
        byte[] streams = Compressed.joined(
                Compressed.with(filter, a), Compressed.with(filter, b), Compressed.with(filter, c), new byte[100]);

        assertThat(decoded(filter, streams)).isEqualTo(Compressed.joined(a, b, c));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "lzma", "zstd"})
    void fault05_zerosBehindTheStreamAreReadAndDropped(String filter) throws IOException {
        byte[] content = content(30_000);
        byte[] stream = Compressed.with(filter, content);

        for (int zeros : new int[] {1, 3, 512, 10239, 100_000}) {
            assertThat(decoded(filter, Arrays.copyOf(stream, stream.length + zeros)))
                    .as("%d zeros", zeros)
                    .isEqualTo(content);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "lzma", "zstd"})
    void anythingElseBehindTheStreamIsDamage(String filter) {
        byte[] stream = Compressed.with(filter, content(30_000));
        byte[] rubbish = Arrays.copyOf(stream, stream.length + 1);
        rubbish[stream.length] = 'x';
        byte[] late = Arrays.copyOf(stream, stream.length + 20_000);
        late[late.length - 1] = 1;
        byte[] afterZeros = Compressed.joined(stream, new byte[4], stream);

        for (byte[] bad : new byte[][] {rubbish, late, afterZeros}) {
            assertThatThrownBy(() -> decoded(filter, bad))
                    .isInstanceOf(DamagedArchive.class)
                    .hasMessage("something follows the " + filter + " stream");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz", "lzma", "zstd"})
    void aStreamThatIsCutAnywhereIsDamage(String filter) {
        byte[] stream = Compressed.with(filter, content(500));

        for (int length = 0; length < stream.length; length++) {
            byte[] cut = Arrays.copyOf(stream, length);
            assertThatThrownBy(() -> decoded(filter, cut))
                    .as("%d bytes", length)
                    .isInstanceOf(DamagedArchive.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"gzip, xz", "bzip2, gzip", "xz, zstd", "zstd, bzip2", "lzma, gzip"})
    void theStreamOfAnotherFilterIsDamage(String filter, String other) {
        assertThatThrownBy(() -> decoded(filter, Compressed.with(other, content(500))))
                .isInstanceOf(DamagedArchive.class)
                .hasMessage("there is no " + filter + " stream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "bzip2", "xz"})
    void everyFlippedBitIsFoundOrHarmless(String filter) {
        byte[] content = content(300);
        byte[] stream = Compressed.with(filter, content);
        for (int bit = 0; bit < 8 * stream.length; bit++) {
            byte[] flipped = stream.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertThat(decoded(filter, flipped)).as("bit %d", bit).isEqualTo(content);
            } catch (IOException e) {
                assertThat(e).as("bit %d", bit).isInstanceOf(DamagedArchive.class);
            }
        }
    }

    @Test
    void aZstdFrameMayEndExactlyAtAFullBuffer() throws IOException {
        for (int length : new int[] {131_071, 131_072, 131_073, 262_144, 4 * 131_072}) {
            byte[] content = new byte[length];
            byte[] two = Compressed.joined(Compressed.with("zstd", content), Compressed.with("zstd", content(5)));

            assertThat(decoded("zstd", two)).hasSize(length + 5);
        }
    }

    @Test
    void aGzipHeaderMayHaveAllItsOptionalParts() throws IOException {
        byte[] plain = Compressed.with("gzip", content(400));
        byte[] header = {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3};
        byte[] optional = {3, 0, 'a', 'b', 'c', 'n', 0, 'c', 'o', 0};
        CRC32 sum = new CRC32();
        sum.update(header);
        sum.update(optional);
        byte[] check = {(byte) sum.getValue(), (byte) (sum.getValue() >> 8)};
        byte[] stream = Compressed.joined(header, optional, check, Arrays.copyOfRange(plain, 10, plain.length));

        assertThat(decoded("gzip", stream)).isEqualTo(content(400));
    }

    @Test
    void aGzipHeaderWithoutEndIsDamage() {
        byte[] endless = new byte[1 << 20];
        Arrays.fill(endless, (byte) 'x');
        byte[] stream = Compressed.joined(new byte[] {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 3}, endless);

        assertThatThrownBy(() -> decoded("gzip", stream)).hasMessage("the header of a gzip stream has no end");
    }

    @Test
    void theTrailerOfGzipIsChecked() {
        byte[] stream = Compressed.with("gzip", content(400));
        for (int i = 1; i <= 8; i++) {
            byte[] bad = stream.clone();
            bad[bad.length - i] ^= 1;
            assertThatThrownBy(() -> decoded("gzip", bad)).hasMessage("the gzip stream has a wrong checksum");
        }
    }

    @ParameterizedTest
    @CsvSource({"pigz, GZIP", "PBZIP2, BZIP2", "zstdmt, ZSTD", "lzma, LZMA"})
    void otherProgramsOfAFilterAreKnown(String program, Filter filter) {
        assertThat(Filter.named(program)).contains(filter);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cat", "gzip -d", "/bin/gzip", "lz4", "sh"})
    void otherProgramsAreNot(String program) {
        assertThat(Filter.named(program)).isEmpty();
    }

    private static byte[] zlib(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(out)) {
            deflating.write(content);
        }
        return out.toByteArray();
    }

    @Test
    void aZlibStreamFillsItsInput() throws IOException {
        byte[] stream = zlib(content(2000));

        assertThat(new ZlibStream(new ByteArrayInputStream(stream)).readAllBytes())
                .isEqualTo(content(2000));
        for (byte[] bad : new byte[][] {
            Arrays.copyOf(stream, stream.length + 1),
            Arrays.copyOf(stream, stream.length - 1),
            Arrays.copyOf(stream, 100),
            new byte[0],
            {0x78, (byte) 0xbb, 0, 0, 0, 1}
        }) {
            assertThatThrownBy(() -> new ZlibStream(new ByteArrayInputStream(bad)).readAllBytes())
                    .isInstanceOf(DamagedArchive.class);
        }
    }
}
