package org.qubestools.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.build.InnerTar;
import org.qubestools.backup.build.TarHeader;

/** Inner archives in one piece; see section 9 of the format. */
final class TarReaderTest {
    private static final byte[] DATA = "some data\n".getBytes(StandardCharsets.US_ASCII);

    /** Entries of an archive with their content, holes as zeros. */
    static List<String> read(boolean multiVolume, byte[]... volumes) throws IOException {
        List<byte[]> rest = new ArrayList<>(Arrays.asList(volumes));
        TarReader reader =
                new TarReader(() -> rest.isEmpty() ? null : new ByteArrayInputStream(rest.remove(0)), multiVolume);
        List<String> found = new ArrayList<>();
        TarEntry entry = reader.next();
        while (entry != null) {
            byte[] content = new byte[(int) Math.min(entry.size(), 1 << 16)];
            reader.content((offset, buffer, from, length) -> {
                if (offset + length <= content.length) {
                    System.arraycopy(buffer, from, content, (int) offset, length);
                }
            });
            String text = new String(content, StandardCharsets.ISO_8859_1).replace('\0', '.');
            found.add(entry.type().word() + " " + entry.path().untrustedText() + " " + text);
            entry = reader.next();
        }
        return found;
    }

    private static List<String> read(byte[] archive) throws IOException {
        return read(false, archive);
    }

    private static TarEntry first(byte[] archive) throws IOException {
        TarEntry entry = new TarReader(new OneVolume(archive), false).next();
        if (entry == null) {
            throw new AssertionError("no entry");
        }
        return entry;
    }

    private static final class OneVolume implements VolumeSource {
        private java.io.InputStream stream;

        OneVolume(byte[] archive) {
            stream = new ByteArrayInputStream(archive);
        }

        @Override
        public java.io.InputStream next() {
            java.io.InputStream only = stream;
            stream = null;
            return only;
        }
    }

    private static void assertDamaged(byte[] archive, String message) {
        assertThatThrownBy(() -> read(archive))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining(message);
    }

    @Test
    void everyKindOfEntryIsRead() throws IOException {
        byte[] archive = new InnerTar()
                .directory("vm1/./apps/")
                .file("./vm1//a", DATA)
                .hardLink("vm1/b", "./vm1/a")
                .symlink("vm1/c", "../././x")
                .special("vm1/p", '6')
                .special("vm1/d", '3')
                .special("vm1/e", '4')
                .file("vm1/empty", new byte[0])
                .end();

        assertThat(read(archive))
                .containsExactly(
                        "dir vm1/apps ",
                        "file vm1/a some data\n",
                        "hardlink vm1/b ",
                        "symlink vm1/c ",
                        "fifo vm1/p ",
                        "chardev vm1/d ",
                        "blockdev vm1/e ",
                        "file vm1/empty ");
    }

    @Test
    void targetsOfSymbolicLinksStayAndThoseOfHardLinksAreMemberNames() throws IOException {
        assertThat(first(new InnerTar().symlink("a", "./../x//").end()).target().untrustedText())
                .isEqualTo("./../x//");
        assertThat(first(new InnerTar().hardLink("a", "./vm1//x").end())
                        .target()
                        .untrustedText())
                .isEqualTo("vm1/x");
    }

    @Test
    void longNamesAndTargetsAreRead() throws IOException {
        String name = "vm1/" + "n".repeat(300);
        byte[] archive = new InnerTar()
                .longText('K', "t".repeat(400))
                .longText('L', name)
                .raw(TarHeader.gnu(name).type('2').link("t".repeat(400)))
                .file(name + "x", DATA)
                .end();
        TarEntry link = first(archive);

        assertThat(link.path().untrustedText()).isEqualTo(name);
        assertThat(link.target().untrustedText()).isEqualTo("t".repeat(400));
        assertThat(read(archive)).hasSize(2).last().isEqualTo("file " + name + "x some data\n");
    }

    @Test
    void limit22_innerNamesHaveAtMost4096Bytes() throws IOException {
        assertThat(read(new InnerTar().file("n".repeat(4096), DATA).end())).hasSize(1);
        assertDamaged(new InnerTar().file("n".repeat(4097), DATA).end(), "4098 bytes");
        assertDamaged(
                new InnerTar().pax("path", "n".repeat(4097)).file("n", DATA).end(), "a name of 4097 bytes");
    }

    @Test
    void namesAreBytes() throws IOException {
        TarEntry entry = first(new InnerTar().file("vm1/\u00e4\n\\\u00ff", DATA).end());

        assertThat(entry.path().bytes()).isEqualTo("vm1/\u00e4\n\\\u00ff".getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_400_000_000L, 8_589_934_591L, 8_589_934_592L, 253_402_300_800L, -1, -2_208_988_800L})
    void timesOfAnyCenturyAreRead(long mtime) throws IOException {
        assertThat(first(new InnerTar().raw(TarHeader.gnu("a").mtime(mtime)).end())
                        .mtime())
                .isEqualTo(mtime);
    }

    @Test
    void sizesBeyondOctalAreReadInBase256() throws IOException {
        long size = (8L << 30) + 5;

        assertThat(first(new InnerTar().raw(TarHeader.gnu("a").size(size)).open())
                        .size())
                .isEqualTo(size);
    }

    @Test
    void limit22_aFileIsAtMost16TibLong() throws IOException {
        long most = 16L << 40;

        assertThat(first(new InnerTar().raw(TarHeader.gnu("a").size(most)).open())
                        .size())
                .isEqualTo(most);
        assertDamaged(
                new InnerTar().raw(TarHeader.gnu("a").size(most + 1)).open(), "17592186044417 bytes, 17592186044416");
        assertDamaged(
                new InnerTar().raw(TarHeader.gnu("a").size(Long.MAX_VALUE)).open(), "are allowed");
        assertDamaged(
                new InnerTar().sparse("a", 0x1_ffff_ffffL, new long[] {}, DATA).end(), "sparse map describes 0 bytes");
        assertDamaged(
                new InnerTar().raw(TarHeader.gnu("a").base256(124, 12, -5)).open(), "negative size");
    }

    @ParameterizedTest
    @CsvSource({
        "124, -128 1 0 0 0 0 0 0 0 0 0 0",
        "124, -127 0 0 0 0 0 0 0 0 0 0 1",
        "124, 49 50 120 0 0 0 0 0 0 0 0 0",
        "136, -1 -2 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1",
        "100, 56 0 0 0 0 0 0 0"
    })
    void numbersThatAreNoneAreDamage(int offset, String field) {
        String[] words = field.split(" ", -1);
        byte[] bytes = new byte[words.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Byte.parseByte(words[i]);
        }

        assertDamaged(
                new InnerTar().raw(TarHeader.gnu("a").bytes(offset, bytes)).end(), "a number that is");
    }

    @Test
    void modesAreTheTwelvePermissionBits() throws IOException {
        assertThat(first(new InnerTar().raw(TarHeader.gnu("a").mode(0104755)).end())
                        .mode())
                .isEqualTo(04755);
    }

    @Test
    void aWrongChecksumIsDamage() {
        byte[] archive = new InnerTar().raw(TarHeader.gnu("a").checksum(1)).end();

        assertDamaged(archive, "no header where one must be");
    }

    @Test
    void signedChecksumsOfOldProgramsAreRight() throws IOException {
        TarHeader header = TarHeader.gnu("\u00e4").checksum(-256);

        assertThat(read(new InnerTar().raw(header).end())).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"g", "V", "N", "D", "z", "A"})
    void unknownKindsOfEntriesAreDamage(String type) {
        assertDamaged(new InnerTar().special("a", type.charAt(0)).end(), "the unknown type '" + type + "'");
    }

    @Test
    void aContinuationAtTheStartIsDamage() {
        byte[] archive = new InnerTar().raw(TarHeader.continuation("a", 0, 0)).end();

        assertDamaged(archive, "begins with a continuation");
    }

    @Test
    void anArchiveThatIsCutAnywhereInFrontOfItsEndMarkIsDamage() {
        byte[] archive = new InnerTar()
                .longName("n".repeat(200))
                .file("a", DATA)
                .file("b", DATA)
                .end();
        int endMark = 512 * 6;

        for (int length = 0; length <= endMark; length++) {
            byte[] cut = Arrays.copyOf(archive, length);
            assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(DamagedArchive.class);
        }
    }

    @Test
    void aLoneZeroBlockIsAnEndMark() throws IOException {
        byte[] archive = new InnerTar().file("a", DATA).open();

        assertThat(read(Arrays.copyOf(archive, archive.length + 512))).hasSize(1);
        assertDamaged(archive, "no end mark");
    }

    @Test
    void limit22_onlyZerosMayFollowTheEndAndNotManyOfThem() throws IOException {
        byte[] archive = new InnerTar().file("a", DATA).end();
        byte[] second = new InnerTar().raw(archive).file("b", DATA).end();

        assertThat(read(Arrays.copyOf(archive, archive.length + 500_000))).hasSize(1);
        assertDamaged(Arrays.copyOf(archive, archive.length + (2 << 20)), "something follows the end");
        assertDamaged(second, "something follows the end");
    }

    @Test
    void limit22_aHeaderIsReadBeforeNoMoreThanItsLimit() {
        assertDamaged(
                new InnerTar().raw(TarHeader.gnu("a").type('L').size(1L << 40)).end(),
                "a header of 1099511627776 bytes");
        assertDamaged(
                new InnerTar()
                        .raw(TarHeader.ustar("a").type('x').size((1 << 20) + 1))
                        .end(),
                "a header of 1048577 bytes");
    }

    @Test
    void twoLongNamesAndADirectoryWithDataAreDamage() {
        assertDamaged(
                new InnerTar()
                        .longText('L', "a")
                        .longText('L', "b")
                        .file("c", DATA)
                        .end(),
                "two long names");
        assertDamaged(
                new InnerTar()
                        .raw(TarHeader.gnu("a/").type('5').size(1))
                        .data(DATA)
                        .end(),
                "a directory with data");
    }

    @Test
    void absoluteNamesStayAbsoluteAndUpStaysUp() throws IOException {
        assertThat(first(new InnerTar().file("/etc/passwd", DATA).end()).path().startsWith("/"))
                .isTrue();
        assertThat(first(new InnerTar().file("a/./../b", DATA).end()).path().untrustedText())
                .isEqualTo("a/../b");
    }

    @Test
    void dataThatNobodyAskedForAreSkipped() throws IOException {
        TarReader reader = new TarReader(
                new OneVolume(new InnerTar().file("a", DATA).file("b", DATA).end()), false);

        reader.next();
        TarEntry second = reader.next();

        assertThat(second)
                .isNotNull()
                .extracting(entry -> entry.path().untrustedText())
                .isEqualTo("b");
    }
}
