package org.qubestools.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.backup.build.Program;

class OuterTarWriterTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final OuterTarWriter writer = new OuterTarWriter(bytes, 1_400_000_000);

    @ParameterizedTest
    @CsvSource({"0,10240", "1,10240", "512,10240", "8704,10240", "8705,20480", "18944,20480", "18945,30720"})
    void eachMemberIsAWholeArchiveOfRecords(int size, int padded) throws IOException {
        writer.member("vm5/private.img.000", new byte[size]);

        assertThat(bytes.size()).isEqualTo(padded);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "416", "417", "100000"})
    void aMemberFromAStreamIsTheSameAsOneOfAnArray(int size) throws IOException {
        byte[] all = new byte[size];
        java.util.Arrays.fill(all, (byte) 7);
        writer.member("x.000.enc", all);
        byte[] expected = bytes.toByteArray();
        bytes.reset();

        writer.member("x.000.enc", new ByteArrayInputStream(all), size);

        assertThat(bytes.toByteArray()).isEqualTo(expected);
    }

    @Test
    void tarListsAllMembersIfToldToIgnoreZeros() throws IOException {
        String longest = "n".repeat(100);
        writer.member("backup-header", "version=3\n".getBytes(StandardCharsets.US_ASCII));
        writer.member("vm-templates/t/..000", new byte[20000]);
        writer.member(longest, new byte[0]);

        String listing = new String(
                Program.filter(bytes.toByteArray(), "env", "TZ=UTC0", "tar", "--full-time", "-itvf", "-"),
                StandardCharsets.US_ASCII);

        assertThat(listing).isEqualTo("""
                -rw------- 0/0              10 2014-05-13 16:53:20 backup-header
                -rw------- 0/0           20000 2014-05-13 16:53:20 vm-templates/t/..000
                -rw------- 0/0               0 2014-05-13 16:53:20 %s
                """.formatted(longest));
    }

    @Test
    void ourReaderFindsAllMembers() throws IOException {
        writer.member("backup-header", "version=3\n".getBytes(StandardCharsets.US_ASCII));
        writer.member("vm5/private.img.1000", new byte[20000]);
        List<String> problems = new ArrayList<>();

        try (MemberSource source =
                ArchiveFile.ofStream(new ByteArrayInputStream(bytes.toByteArray()), problems::add, problems::add)) {
            assertThat(source.next().name()).isEqualTo("backup-header");
            assertThat(source.next().size()).isEqualTo(20000);
            assertThat(source.next()).isNull();
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void onlyNamesForTheProgramInAVmAreTaken() {
        assertThat(OuterTarWriter.isName("n".repeat(100))).isTrue();
        assertThat(OuterTarWriter.isName("n".repeat(101))).isFalse();
        assertThat(OuterTarWriter.isName("\u00e4")).isFalse();
        assertThatThrownBy(() -> writer.member("\u00e4", new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThat(bytes.size()).isZero();
    }

    @Test
    void anotherSizeThanAnnouncedIsAFault() {
        assertThatThrownBy(() -> writer.member("x", new ByteArrayInputStream(new byte[4]), 5))
                .isInstanceOf(IllegalStateException.class);
    }
}
