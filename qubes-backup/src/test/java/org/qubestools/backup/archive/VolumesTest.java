package org.qubestools.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.backup.build.Compressed;
import org.qubestools.backup.build.InnerTar;
import org.qubestools.backup.build.TarHeader;

/** Multi-volume archives of format 2; see section 11 of the format. */
final class VolumesTest {
    private static final byte[] FILE = text(1500);
    private static final byte[] SMALL = "small".getBytes(StandardCharsets.US_ASCII);

    private static byte[] text(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + i / 512);
        }
        return bytes;
    }

    /** Entries a and b: blocks 0 header, 1-3 data, 4 header, 5 data, then the end mark. */
    private static byte[] whole() {
        return new InnerTar().file("a", FILE).file("b", SMALL).end();
    }

    private static byte[] blocks(int from, int to) {
        return Arrays.copyOfRange(whole(), 512 * from, 512 * to);
    }

    private static byte[] continued(String name, long offset, long rest) {
        return TarHeader.continuation(name, offset, rest).bytes();
    }

    private static void assertWhole(byte[]... volumes) throws IOException {
        assertThat(TarReaderTest.read(true, volumes))
                .containsExactly("file a " + new String(FILE, StandardCharsets.US_ASCII), "file b small");
    }

    private static void assertDamaged(String message, byte[]... volumes) {
        assertThatThrownBy(() -> TarReaderTest.read(true, volumes))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining(message);
    }

    @Test
    void aSingleVolumeIsAnOrdinaryArchive() throws IOException {
        assertWhole(whole());
    }

    @Test
    void aVolumeThatEndsInsideDataIsContinued() throws IOException {
        assertWhole(blocks(0, 2), Compressed.joined(continued("a", 512, 988), blocks(2, 20)));
    }

    @Test
    void aVolumeThatEndsBehindAHeaderIsContinued() throws IOException {
        assertWhole(blocks(0, 1), Compressed.joined(continued("a", 0, 1500), blocks(1, 20)));
        assertWhole(blocks(0, 5), Compressed.joined(continued("b", 0, 5), blocks(5, 20)));
    }

    @Test
    void aVolumeThatEndsWithAMemberIsFollowedByAContinuationOfTheNextAndItsOwnHeader() throws IOException {
        assertWhole(blocks(0, 4), Compressed.joined(continued("b", 0, 5), blocks(4, 20)));
    }

    @Test
    void everyVolumeMayHoldOneBlock() throws IOException {
        assertWhole(
                blocks(0, 2),
                Compressed.joined(continued("a", 512, 988), blocks(2, 3)),
                Compressed.joined(continued("a", 1024, 476), blocks(3, 4)),
                Compressed.joined(continued("b", 0, 5), blocks(4, 5)),
                Compressed.joined(continued("b", 0, 5), blocks(5, 20)));
    }

    @ParameterizedTest
    @CsvSource({"b, 512, 988", "a, 512, 987", "a, 511, 989", "a, 0, 1500", "a, 1024, 476", "a, 512, 1500", "a, 513, 988"
    })
    void aContinuationWithAnotherNamePlaceOrSizeIsDamage(String name, long offset, long rest) {
        assertDamaged(
                name.equals("a") ? "continues 'a' at another place" : "does not continue 'a'",
                blocks(0, 2),
                Compressed.joined(continued(name, offset, rest), blocks(2, 20)));
    }

    @Test
    void dataThatGoOnWithoutAContinuationAreDamage() {
        assertDamaged("does not continue 'a'", blocks(0, 2), blocks(2, 20));
        assertDamaged("does not continue 'a'", blocks(0, 2), new byte[0]);
    }

    @Test
    void aMissingVolumeIsDamage() {
        assertDamaged("ends inside 'a'", blocks(0, 2));
        assertDamaged("no end mark", blocks(0, 4));
        assertDamaged("at another place", blocks(0, 2), Compressed.joined(continued("a", 1024, 476), blocks(3, 20)));
    }

    @Test
    void aVolumeThatIsCutInsideABlockIsDamage() {
        byte[] cut = Arrays.copyOf(blocks(0, 5), 512 * 4 + 100);

        assertDamaged("cut inside a block", cut, Compressed.joined(continued("b", 0, 5), blocks(4, 20)));
    }

    @Test
    void somethingBehindTheEndMarkIsDamageEvenInAnotherVolume() {
        assertDamaged("something follows the end", whole(), whole());
    }

    @Test
    void zerosBehindTheEndMarkMayBeInAnotherVolume() throws IOException {
        assertWhole(whole(), new byte[10240], new byte[0]);
    }

    @Test
    void aLongNameIsContinuedByItsFirst100Bytes() throws IOException {
        String name = "n".repeat(150);
        byte[] archive = new InnerTar().file(name, FILE).end();
        byte[] first = Arrays.copyOf(archive, 512 * 4);
        byte[] rest = Arrays.copyOfRange(archive, 512 * 4, archive.length);

        assertThat(TarReaderTest.read(true, first, Compressed.joined(continued(name, 512, 988), rest)))
                .hasSize(1);
        assertDamaged("does not continue", first, Compressed.joined(continued("n".repeat(99), 512, 988), rest));
    }

    @Test
    void aSparseMemberIsContinuedByItsStoredBytes() throws IOException {
        byte[] stored = text(1024);
        byte[] archive = new InnerTar()
                .sparse("s", 4096, new long[] {512, 512, 2048, 512, 4096, 0}, stored)
                .end();
        byte[] rest = Arrays.copyOfRange(archive, 1024, archive.length);

        assertThat(TarReaderTest.read(
                        true, Arrays.copyOf(archive, 1024), Compressed.joined(continued("s", 3584, 512), rest)))
                .containsExactly("file s " + ".".repeat(512) + "a".repeat(512) + ".".repeat(1024) + "b".repeat(512)
                        + ".".repeat(1536));
        assertDamaged(
                "at another place", Arrays.copyOf(archive, 1024), Compressed.joined(continued("s", 512, 512), rest));
    }

    /** 100 extents of one byte: a header, five extension blocks, one block of data. */
    private static byte[] withLargeMap() {
        long[] pairs = new long[202];
        for (int i = 0; i < 100; i++) {
            pairs[2 * i] = 2L * i;
            pairs[2 * i + 1] = 1;
        }
        pairs[200] = 200;
        return new InnerTar()
                .sparse("s", 200, pairs, "x".repeat(100).getBytes(StandardCharsets.US_ASCII))
                .end();
    }

    @Test
    void fault06_aSparseMapThatDoesNotFitIntoItsVolumeIsReadOn() throws IOException {
        byte[] archive = withLargeMap();
        String expected = "file s " + "x.".repeat(100);
        byte[] head = Arrays.copyOf(archive, 512 * 3);
        byte[] middle = Arrays.copyOfRange(archive, 512 * 3, 512 * 5);
        byte[] rest = Arrays.copyOfRange(archive, 512 * 3, archive.length);
        byte[] last = Arrays.copyOfRange(archive, 512 * 5, archive.length);
        byte[] m = continued("s", 100, 100);

        assertThat(TarReaderTest.read(true, head, Compressed.joined(m, rest))).containsExactly(expected);
        assertThat(TarReaderTest.read(true, head, rest)).containsExactly(expected);
        assertThat(TarReaderTest.read(true, head, middle, Compressed.joined(m, last)))
                .containsExactly(expected);
    }

    @Test
    void fault06_aSparseMapThatEndsWithItsVolumeIsFollowedByItsData() throws IOException {
        byte[] archive = withLargeMap();
        byte[] head = Arrays.copyOf(archive, 512 * 6);
        byte[] rest = Arrays.copyOfRange(archive, 512 * 6, archive.length);

        assertThat(TarReaderTest.read(true, head, Compressed.joined(continued("s", 100, 100), rest)))
                .containsExactly("file s " + "x.".repeat(100));
    }

    @Test
    void fault06_aMapThatAnotherMemberInterruptsIsDamage() {
        byte[] archive = withLargeMap();
        byte[] head = Arrays.copyOf(archive, 512 * 3);
        byte[] rest = Arrays.copyOfRange(archive, 512 * 3, archive.length);

        assertDamaged("does not continue 's'", head, Compressed.joined(continued("t", 0, 100), rest));
    }

    @Test
    void continuationsInAnArchiveOfOneVolumeAreDamage() {
        byte[] archive = Compressed.joined(blocks(0, 2), continued("a", 512, 988), blocks(2, 20));

        assertThatThrownBy(() -> TarReaderTest.read(false, archive)).isInstanceOf(DamagedArchive.class);
    }
}
