package org.qubestools.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.build.Compressed;
import org.qubestools.backup.build.InnerTar;
import org.qubestools.backup.build.TarHeader;

/** Sparse members of all kinds; see sections 9.4 and 9.5 of the format. */
final class SparseTest {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void assertDamaged(byte[] archive, String message) {
        assertThatThrownBy(() -> TarReaderTest.read(false, archive))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining(message);
    }

    @Test
    void oldGnuExtentsGoWhereTheyBelong() throws IOException {
        byte[] archive = new InnerTar()
                .sparse("a", 12, new long[] {2, 3, 8, 2, 12, 0}, ascii("abcde"))
                .end();

        assertThat(TarReaderTest.read(false, archive)).containsExactly("file a ..abc...de..");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 25, 26, 47, 100})
    void extensionBlocksAreRead(int extents) throws IOException {
        long[] pairs = new long[2 * extents + 2];
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < extents; i++) {
            pairs[2 * i] = 2L * i;
            pairs[2 * i + 1] = 1;
            expected.append("x.");
        }
        pairs[2 * extents] = 2L * extents;
        byte[] archive = new InnerTar()
                .sparse("a", 2L * extents, pairs, ascii("x".repeat(extents)))
                .file("b", ascii("y"))
                .end();

        assertThat(TarReaderTest.read(false, archive)).containsExactly("file a " + expected, "file b y");
    }

    @Test
    void aFileOfHolesOnlyHasNoData() throws IOException {
        byte[] archive = new InnerTar()
                .sparse("a", 5, new long[] {5, 0}, new byte[0])
                .file("b", ascii("y"))
                .end();

        assertThat(TarReaderTest.read(false, archive)).containsExactly("file a .....", "file b y");
    }

    @Test
    void aMapThatIsNotInOrderIsDamage() {
        assertDamaged(
                new InnerTar()
                        .sparse("a", 12, new long[] {8, 2, 2, 3}, ascii("abcde"))
                        .end(),
                "not in order");
        assertDamaged(
                new InnerTar()
                        .sparse("a", 12, new long[] {2, 3, 4, 2}, ascii("abcde"))
                        .end(),
                "not in order");
        assertDamaged(
                new InnerTar()
                        .sparse("a", 12, new long[] {8, 2, 10, 3}, ascii("abcde"))
                        .end(),
                "beyond the end");
        assertDamaged(
                new InnerTar().sparse("a", 4, new long[] {5, 0}, new byte[0]).end(), "beyond the end");
        assertDamaged(
                new InnerTar()
                        .sparse("a", 12, new long[] {8, 2}, ascii("abcde"))
                        .end(),
                "describes 2 bytes, 5 are");
        TarHeader overflow = TarHeader.gnu("a").type('S').octal(386, 12, 5).base256(398, 12, Long.MAX_VALUE);
        assertDamaged(new InnerTar().raw(overflow).end(), "not in order");
        TarHeader negative = TarHeader.gnu("a").type('S').base256(386, 12, -5).octal(398, 12, 1);
        assertDamaged(new InnerTar().raw(negative).end(), "not in order");
    }

    @Test
    void aMapWithoutItsExtensionIsDamage() {
        byte[] archive = new InnerTar()
                .raw(TarHeader.gnu("a").type('S').bytes(482, (byte) 1))
                .open();

        assertDamaged(archive, "ends inside a sparse map");
    }

    @Test
    void limit22_aSparseFileIsAtMost16TibLong() {
        TarHeader header = TarHeader.gnu("a").type('S').base256(483, 12, (16L << 40) + 1);
        TarHeader exabytes = TarHeader.gnu("a").type('S').base256(483, 12, Long.MAX_VALUE);
        TarHeader negative = TarHeader.gnu("a").type('S').base256(483, 12, -1);

        assertDamaged(new InnerTar().raw(header).end(), "17592186044416 are allowed");
        assertDamaged(new InnerTar().raw(exabytes).end(), "9223372036854775807 bytes");
        assertDamaged(new InnerTar().raw(negative).end(), "beyond the end");
    }

    /** A pax sparse 1.0 member of {@code vm5/private.img}, as R4 writes it. */
    private static InnerTar pax10(String map, long realSize, String data) {
        byte[] text = Arrays.copyOf(ascii(map), (map.length() + 511) / 512 * 512);
        byte[] content = Compressed.joined(text, ascii(data));
        return new InnerTar()
                .pax(
                        "GNU.sparse.major", "1",
                        "GNU.sparse.minor", "0",
                        "GNU.sparse.name", "vm5/private.img",
                        "GNU.sparse.realsize", String.valueOf(realSize))
                .raw(TarHeader.ustar("vm5/GNUSparseFile.77/private.img").size(content.length))
                .raw(content);
    }

    @Test
    void theImagesOfFormat4AreRead() throws IOException {
        byte[] archive = pax10("2\n2\n3\n8\n2\n", 12, "abcde")
                .data(new byte[0])
                .raw(new byte[507])
                .end();

        assertThat(TarReaderTest.read(false, archive)).containsExactly("file vm5/private.img ..abc...de..");
    }

    @Test
    void theImagesOfFormat4MayLackPaddingAndEndMark() throws IOException {
        InnerTar tar = pax10("2\n2\n3\n8\n2\n", 12, "abcde");
        String expected = "file vm5/private.img ..abc...de..";

        assertThat(TarReaderTest.read(false, tar.open())).containsExactly(expected);
        assertThat(TarReaderTest.read(false, Compressed.joined(tar.open(), new byte[512])))
                .containsExactly(expected);
        assertThat(TarReaderTest.read(false, Compressed.joined(tar.open(), new byte[1024])))
                .containsExactly(expected);
        assertThat(TarReaderTest.read(false, Compressed.joined(tar.open(), new byte[507])))
                .containsExactly(expected);
    }

    @Test
    void anImageOfFormat4WithLessDataThanItsMapSaysIsDamage() {
        byte[] tar = pax10("2\n2\n3\n8\n2\n", 12, "abcde").open();

        for (int length = 1; length < tar.length; length++) {
            byte[] cut = Arrays.copyOf(tar, length);
            assertThatThrownBy(() -> TarReaderTest.read(false, cut))
                    .as("%d bytes", length)
                    .isInstanceOf(DamagedArchive.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2\n2\n3\n8\n",
                "x\n",
                "-1\n0\n0\n",
                "1\n\n5\n",
                "1\n 0\n5\n",
                "1\n0\n5x\n",
                "9999999999999999999\n",
                "1\n0\n4\n",
                "2\n4\n1\n0\n4\n",
                "1\n20\n5\n",
                "\n"
            })
    void aMalformedMapOfFormat4IsDamage(String map) {
        byte[] archive = pax10(map, 12, "abcde").raw(new byte[507]).end();

        assertThatThrownBy(() -> TarReaderTest.read(false, archive)).isInstanceOf(DamagedArchive.class);
    }

    @Test
    void limit22_aMapOfTooManyEntriesIsRefusedByItsNumber() {
        assertDamaged(pax10("4194305\n", 12, "").end(), "a sparse map of 4194305 entries");
        assertDamaged(pax10("999999999999999999\n", 12, "").end(), "a sparse map of 999999999999999999 entries");
    }

    @Test
    void aMapInFrontOfTheDataNeedsItsRealSizeAndAKnownVersion() {
        byte[] text = Arrays.copyOf(ascii("1\n0\n5\n"), 517);
        InnerTar noSize = new InnerTar().pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0");
        InnerTar version2 = new InnerTar().pax("GNU.sparse.major", "2", "GNU.sparse.realsize", "5");

        assertDamaged(noSize.raw(TarHeader.ustar("a").size(517)).data(text).end(), "sparse");
        assertDamaged(version2.raw(TarHeader.ustar("a").size(517)).data(text).end(), "sparse");
    }

    @Test
    void sparse01And00AreRead() throws IOException {
        TarHeader header = TarHeader.ustar("GNUSparseFile.1/a").size(5);
        InnerTar v01 = new InnerTar()
                .pax(
                        "GNU.sparse.size",
                        "12",
                        "GNU.sparse.numblocks",
                        "2",
                        "GNU.sparse.name",
                        "a",
                        "GNU.sparse.map",
                        "2,3,8,2");
        InnerTar v01WithVersion = new InnerTar()
                .pax(
                        "GNU.sparse.major",
                        "0",
                        "GNU.sparse.minor",
                        "1",
                        "GNU.sparse.size",
                        "12",
                        "GNU.sparse.name",
                        "a",
                        "GNU.sparse.map",
                        "2,3,8,2");
        InnerTar v00 = new InnerTar()
                .pax(
                        "GNU.sparse.size",
                        "12",
                        "GNU.sparse.numblocks",
                        "2",
                        "GNU.sparse.offset",
                        "2",
                        "GNU.sparse.numbytes",
                        "3",
                        "GNU.sparse.offset",
                        "8",
                        "GNU.sparse.numbytes",
                        "2",
                        "path",
                        "a");

        for (InnerTar tar : new InnerTar[] {v01, v01WithVersion, v00}) {
            byte[] archive = tar.raw(header).data(ascii("abcde")).end();
            assertThat(TarReaderTest.read(false, archive)).containsExactly("file a ..abc...de..");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "2,", "2,3,", "2,3,8", "a,b", ",", "2,3,1,2"})
    void aMalformedMapInARecordIsDamage(String map) {
        byte[] archive = new InnerTar()
                .pax("GNU.sparse.size", "12", "GNU.sparse.map", map)
                .raw(TarHeader.ustar("a").size(5))
                .data(ascii("abcde"))
                .end();

        assertThatThrownBy(() -> TarReaderTest.read(false, archive)).isInstanceOf(DamagedArchive.class);
    }
}
