package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qubestools.backup.format.DataPassTest.noise;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.backup.build.ArchiveBuilder;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.ReadBack;

/** An archive that ends inside a member: the VM before it and the VM there fail, from a file as from a stream. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CutArchiveTest {
    private static final String BEHIND = ": the archive is damaged there or behind it";

    @TempDir
    Path directory;

    private static OuterTar archive(ArchiveBuilder builder) {
        return builder.vm("early", 3)
                .file("private.img", noise(3, 3_000))
                .vm("work", 4)
                .file("private.img", noise(1, 3_000))
                .vm("mail", 5)
                .file("private.img", noise(2, 9_000))
                .build();
    }

    /** Everything up to so many bytes of the content of this member. */
    private static byte[] cut(OuterTar archive, String member, int bytes) {
        List<OuterTar.Member> kept = archive.members().subList(0, archive.indexOf(member));
        return Arrays.copyOf(archive.bytes(), new OuterTar(kept).bytes().length + 3 * 512 + bytes);
    }

    private void assertFail(byte[] cut, String... problems) throws IOException {
        Path file = Files.write(directory.resolve("cut"), cut);

        ReadBack ofStream = ReadBack.of(cut);
        ReadBack ofFile = ReadBack.of(file, ArchiveBuilder.PASSPHRASE);

        assertThat(ofFile.problems()).as("file").containsExactlyInAnyOrder(problems);
        assertThat(ofStream.problems()).as("stream").containsExactlyInAnyOrder(problems);
        assertThat(ofStream.data()).isEqualTo(ofFile.data());
        assertThat(ofStream.brokenOff()).isEqualTo(ofFile.brokenOff()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "700", "3999"})
    void insideTheFirstChunkOfAVm(int bytes) throws IOException {
        assertFail(
                cut(archive(ArchiveBuilder.v3()), "appvms/mail/private.img.000", bytes),
                "VM 'work', file appvms/work/private.img, chunk 2" + BEHIND,
                "VM 'mail', file appvms/mail/private.img, chunk 0" + BEHIND);
        assertFail(
                cut(archive(ArchiveBuilder.v4()), "vm5/private.img.000.enc", bytes),
                "VM 'work', file vm4/private.img, chunk 2" + BEHIND,
                "VM 'mail', file vm5/private.img, chunk 0" + BEHIND);
    }

    @ParameterizedTest
    @CsvSource({"0", "100"})
    void insideALaterChunkOrAnHmacOnlyThatVmFails(int bytes) throws IOException {
        OuterTar v3 = archive(ArchiveBuilder.v3());

        assertFail(
                cut(v3, "appvms/mail/private.img.000.hmac", bytes),
                "VM 'mail', file appvms/mail/private.img, chunk 0" + BEHIND);
        assertFail(
                cut(v3, "appvms/mail/private.img.001", bytes),
                "VM 'mail', file appvms/mail/private.img, chunk 0: the inner archive ends inside"
                        + " 'appvms/mail/private.img'");
    }

    @ParameterizedTest
    @CsvSource({"0", "100"})
    void insideAChunkThatNobodyWantsTheVmBeforeItFails(int bytes) throws IOException {
        OuterTar v3 = archive(ArchiveBuilder.v3());
        v3.before("appvms/mail/private.img.000", new OuterTar.Member("appvms/other/private.img.000", noise(9, 700)));

        ReadBack ofStream = ReadBack.of(cut(v3, "appvms/other/private.img.000", bytes));

        assertThat(ofStream.problems())
                .contains("VM 'work', file appvms/work/private.img, chunk 2" + BEHIND)
                .noneMatch(problem -> problem.contains("early"));
    }
}
