package org.qubestools.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.backup.build.Compressed;
import org.qubestools.backup.build.InnerTar;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.TarHeader;

/** The rules of section 4 of the format for readers of outer archives. */
final class OuterTarReaderTest {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STORE =
            new OuterTar().add("qubes.xml.000", DATA).bytes();

    @TempDir
    private Path directory;

    private final List<String> rejections = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** Names and contents of all members. */
    private List<String> read(byte[]... parts) throws IOException {
        List<String> found = new ArrayList<>();
        InputStream in = new ByteArrayInputStream(Compressed.joined(parts));
        try (MemberSource source = ArchiveFile.ofStream(in, rejections::add, warnings::add)) {
            source.expect(name -> name.startsWith("vm1/"));
            Member member = source.next();
            while (member != null) {
                found.add(member.name() + " " + new String(member.data().readAllBytes(), StandardCharsets.US_ASCII));
                member = source.next();
            }
        }
        return found;
    }

    private static byte[] member(TarHeader header, byte[] content) {
        return new InnerTar().raw(header.size(content.length)).data(content).open();
    }

    private static byte[] member(String name) {
        return new OuterTar.Member(name, DATA).bytes();
    }

    private void assertDamaged(String message, byte[]... parts) {
        assertThatThrownBy(() -> read(parts)).isInstanceOf(DamagedArchive.class).hasMessageContaining(message);
    }

    @Test
    void membersAreReadAcrossZerosAndWithoutThem() throws IOException {
        byte[] bare = new OuterTar.Member("vm1/b.000", DATA).bare();

        assertThat(read(STORE, member("vm1/..000"), bare, bare, new byte[51200], member("vm1/c.000")))
                .containsExactly(
                        "qubes.xml.000 data", "vm1/..000 data", "vm1/b.000 data", "vm1/b.000 data", "vm1/c.000 data");
        assertThat(warnings).isEmpty();
        assertThat(rejections).isEmpty();
    }

    @Test
    void nulIsATypeOfFilesTooAndDirectoriesAreSkippedSilently() throws IOException {
        byte[] old = member(TarHeader.ustar("vm1/a").type('\0'), DATA);
        byte[] dir = new InnerTar().raw(TarHeader.ustar("vm1/").type('5')).open();

        assertThat(read(STORE, dir, old)).containsExactly("qubes.xml.000 data", "vm1/a data");
        assertThat(rejections).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3", "4", "6", "7", "g", "L", "K", "S", "M", "X"})
    void anyOtherTypeIsRejectedByName(String type) throws IOException {
        byte[] other = member(TarHeader.ustar("vm1/a").type(type.charAt(0)), DATA);

        assertThat(read(STORE, other, member("vm1/b"))).containsExactly("qubes.xml.000 data", "vm1/b data");
        assertThat(rejections)
                .containsExactly("member 'vm1/a' is no regular file (type '" + type + "') and was skipped");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../x",
                "vm1/../x",
                "vm1//x",
                "vm1/x/",
                "vm1\\x",
                "vm1/\u0007",
                "vm1/\u00e4",
                "",
                "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q"
            })
    void namesThatLeadElsewhereAreRejected(String name) throws IOException {
        byte[] other = member(TarHeader.ustar(name), DATA);

        assertThat(read(STORE, other, member("vm1/b"))).containsExactly("qubes.xml.000 data", "vm1/b data");
        assertThat(rejections)
                .singleElement()
                .asString()
                .contains("was skipped: its name")
                .isPrintable();
    }

    @Test
    void limit22_namesHaveAtMost255BytesAnd16Levels() {
        assertThat(OuterTarReader.nameFault("n".repeat(255))).isNull();
        assertThat(OuterTarReader.nameFault("n".repeat(256))).isNotNull();
        assertThat(OuterTarReader.nameFault("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p")).isNull();
    }

    @Test
    void whatIsRejectedInFrontOfQubesXmlRefusesTheArchive() {
        byte[] header = member("backup-header");

        assertDamaged("is no regular file", header, member(TarHeader.ustar("x").type('2'), DATA), STORE);
        assertDamaged("leads elsewhere", header, member(TarHeader.ustar("../x"), DATA), STORE);
    }

    @Test
    void paxHeadersMustNotCarryNameOrSize() {
        for (String key : new String[] {"path", "size"}) {
            byte[] pax = InnerTar.records("mtime", "1", key, "5");
            assertDamaged(
                    "its name or size in a pax header",
                    STORE,
                    member(TarHeader.ustar("p").type('x'), pax));
        }
    }

    @Test
    void limit22_paxHeadersHaveAtMost64Kib() throws IOException {
        byte[] most = InnerTar.records("comment", "c".repeat(65536 - 15));

        assertThat(most).hasSize(65536);
        assertThat(read(STORE, member(TarHeader.ustar("p").type('x'), most), member("vm1/b")))
                .hasSize(2);
        assertDamaged(
                "a header of 65537 bytes", STORE, member(TarHeader.ustar("p").type('x'), new byte[65537]));
        assertDamaged(
                "a header of 1099511627776 bytes",
                STORE,
                TarHeader.ustar("p").type('x').size(1L << 40).bytes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "5 x=y\n",
                "0 a=b\n",
                "99 a=b\n",
                "6 a=bc\n",
                "-6 a=b\n",
                "6  a=b",
                "4 ab\n",
                "99999999 a=b\n",
                "9 ab=cde\nxyz"
            })
    void malformedPaxHeadersAreDamage(String records) {
        byte[] pax = records.getBytes(StandardCharsets.US_ASCII);

        assertDamaged("malformed", STORE, member(TarHeader.ustar("p").type('x'), pax), member("vm1/b"));
    }

    @Test
    void aPaxHeaderWithoutItsMemberIsDamage() {
        byte[] pax = member(TarHeader.ustar("p").type('x'), InnerTar.records("mtime", "1"));

        assertDamaged("between the headers of a member", STORE, pax);
        assertDamaged("between the headers of a member", STORE, pax, new byte[512], member("vm1/b"));
        assertDamaged("damaged between two members", STORE, pax, Arrays.copyOf(DATA, 512));
    }

    @Test
    void sizesThatAreNoneAreDamageAtTheirMember() {
        assertThatThrownBy(() ->
                        read(STORE, TarHeader.ustar("vm1/a").text(124, "9999").bytes()))
                .hasMessage("the size of member 'vm1/a' is damaged");
        assertThatThrownBy(() -> read(
                        STORE, TarHeader.ustar("vm1/a").base256(124, 12, -1).bytes()))
                .isInstanceOfSatisfying(
                        DamagedArchive.class, e -> assertThat(e.member()).contains("vm1/a"));
    }

    @Test
    void aSizeBeyondTheEndOfAFileIsRefusedBeforeAnythingIsRead() throws IOException {
        Path file = directory.resolve("archive");
        Files.write(
                file,
                Compressed.joined(STORE, TarHeader.ustar("vm1/a").size(8L << 30).bytes(), new byte[10240]));

        try (MemberSource source = ArchiveFile.open(file, rejections::add, warnings::add)) {
            assertThat(source.next()).isNotNull();
            assertThatThrownBy(source::next).hasMessage("the archive ends inside member 'vm1/a'");
        }
    }

    @Test
    void aMemberOfAFileCanBeReadAgainAndThatOfAStreamNot() throws IOException {
        Path file = directory.resolve("archive");
        Files.write(file, Compressed.joined(STORE, member("vm1/a")));

        try (MemberSource source = ArchiveFile.open(file, rejections::add, warnings::add)) {
            source.next();
            Member member = source.next();
            assertThat(member.data().readAllBytes()).isEqualTo(DATA);
            try (InputStream again = member.again().open()) {
                assertThat(again.readNBytes(DATA.length)).isEqualTo(DATA);
            }
        }
        try (MemberSource stream =
                ArchiveFile.ofStream(new ByteArrayInputStream(STORE), rejections::add, warnings::add)) {
            assertThat(stream.next().again()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"600, true", "600, false", "40, true", "3, true", "5000, false"})
    void rubbishBehindTheEndIsToldAndIgnored(int length, boolean binary) throws IOException {
        byte[] rubbish = new byte[length];
        Arrays.fill(rubbish, binary ? (byte) 0x99 : (byte) '\n');

        assertThat(read(STORE, member("vm1/a"), rubbish)).hasSize(2);
        assertThat(warnings).containsExactly("the archive is followed by something else, which was ignored");
    }

    @Test
    void rubbishWithoutZerosInFrontOfItIsDamage() {
        byte[] bare = new OuterTar.Member("vm1/a.000", DATA).bare();
        byte[] rubbish = new byte[700];
        Arrays.fill(rubbish, (byte) 0x99);

        assertDamaged("the archive is damaged between two members", STORE, bare, rubbish);
    }

    @Test
    void aHeaderWithADamagedBitIsNoRubbish() {
        byte[] whole = member("vm1/a");
        for (int block : new int[] {0, 1024}) {
            for (int bit = 0; bit < 8 * 512; bit++) {
                byte[] flipped = whole.clone();
                flipped[block + bit / 8] ^= (byte) (1 << bit % 8);
                try {
                    // The field of the checksum may have blanks and NULs around its digits.
                    assertThat(read(STORE, flipped, member("vm1/b"))).hasSize(3);
                    assertThat(bit / 8).isBetween(148, 155);
                } catch (IOException e) {
                    assertThat(e).as("bit %d of block %d", bit, block).isInstanceOf(DamagedArchive.class);
                }
            }
        }
    }

    @Test
    void headersThatReadAsZerosAreNoticed() {
        byte[] noPax = member("vm1/a");
        Arrays.fill(noPax, 0, 512, (byte) 0);
        byte[] noHeader = member("vm1/a");
        Arrays.fill(noHeader, 1024, 1536, (byte) 0);

        assertDamaged("the archive is damaged between two members", STORE, noPax, member("vm1/b"));
        assertDamaged("between the headers of a member", STORE, noHeader, member("vm1/b"));
    }

    @Test
    void aCutIsNoticedUnlessOnlyPaddingIsLost() throws IOException {
        byte[] second = member("vm1/a");
        int end = 1536 + DATA.length;
        for (int length = 1; length < second.length; length++) {
            byte[] cut = Arrays.copyOf(second, length);
            if (length < end) {
                assertThatThrownBy(() -> read(STORE, cut))
                        .as("%d bytes", length)
                        .isInstanceOf(DamagedArchive.class);
            } else {
                assertThat(read(STORE, cut)).as("%d bytes", length).hasSize(2);
            }
        }
        assertThat(warnings).isEmpty();
    }
}
