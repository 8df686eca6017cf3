package org.qubestools.backup.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource.Member;

final class FileCopyReceiverTest {
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();

    private FileCopyReceiver receiver(byte[] stream) {
        return new FileCopyReceiver("the stream", new ByteArrayInputStream(stream), answer, () -> "; it ended");
    }

    private ReceivedAnswer answer() throws IOException {
        return ReceivedAnswer.read(new ByteArrayInputStream(answer.toByteArray()));
    }

    private static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    private static List<String> all(FileCopyReceiver receiver) throws IOException {
        List<String> members = new ArrayList<>();
        for (Member member = receiver.next(); member != null; member = receiver.next()) {
            members.add(member.name() + "=" + new String(member.data().readAllBytes(), StandardCharsets.US_ASCII));
        }
        return members;
    }

    private void assertRefused(CopyStream stream, String message) throws IOException {
        answer.reset();
        FileCopyReceiver receiver = receiver(stream.bytes());

        assertThatThrownBy(() -> all(receiver))
                .isInstanceOf(DamagedArchive.class)
                .hasMessage(message);
        assertThat(answer().error()).isEqualTo(22);
        assertThatThrownBy(receiver::next).isInstanceOf(DamagedArchive.class).hasMessage(message);
    }

    @Test
    void filesAreMembersInTheirOrderAndDirectoriesAreNone() throws IOException {
        byte[] stream = new CopyStream()
                .directory("vm2")
                .file("vm2/private.img.000", "data")
                .directory("vm2/")
                .file("vm2/..000", "")
                .end()
                .bytes();

        assertThat(all(receiver(stream))).containsExactly("vm2/private.img.000=data", "vm2/..000=");
    }

    @Test
    void theAnswerHasTheChecksumOfAllAndTheLastName() throws IOException {
        byte[] stream = new CopyStream().file("a", "x").file("b", "yz").end().bytes();

        all(receiver(stream));

        assertThat(answer()).isEqualTo(new ReceivedAnswer(0, crc(stream), "b"));
    }

    @Test
    void whatIsNotReadIsSkippedAndStillCounted() throws IOException {
        byte[] stream = new CopyStream()
                .file("a", new byte[200_000])
                .file("b", "yz")
                .end()
                .bytes();
        FileCopyReceiver receiver = receiver(stream);

        InputStream first = receiver.next().data();
        assertThat(first.read()).isZero();
        assertThat(receiver.next().name()).isEqualTo("b");
        assertThat(first.read()).isEqualTo(-1);
        assertThat(receiver.next()).isNull();
        assertThat(receiver.next()).isNull();
        assertThat(answer()).isEqualTo(new ReceivedAnswer(0, crc(stream), "b"));
    }

    @Test
    void stoppingEarlyIsToldAsQuota() throws IOException {
        FileCopyReceiver receiver =
                receiver(new CopyStream().file("a", "x").file("b", "y").end().bytes());
        receiver.next();

        receiver.stop();

        assertThat(receiver.next()).isNull();
        assertThat(answer().error()).isEqualTo(122);
        assertThat(answer().lastName()).isEqualTo("a");
    }

    @Test
    void nothingIsReadAfterTheEndMark() throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(
                new CopyStream().end().raw(new byte[100]).bytes());

        assertThat(all(new FileCopyReceiver("the stream", in, answer, () -> "")))
                .isEmpty();
        assertThat(in.available()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/etc/passwd", "../x", "vm2/../x", "vm2/..", "vm2//x", "vm2/", "a\\b", "a\nb", "a\u007f", ""})
    void aNameThatLeadsElsewhereIsRefused(String name) {
        assertThatThrownBy(() ->
                        all(receiver(new CopyStream().file(name, "x").end().bytes())))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageStartingWith("the stream holds an entry '");
    }

    @Test
    void aNameIsShownSafely() throws IOException {
        assertRefused(
                new CopyStream().file("a\u001b\u00e4", "x"),
                "the stream holds an entry 'a\\x1b\\xe4': a character is not allowed");
    }

    @Test
    void aNameOf255BytesIsTheLongest() throws IOException {
        String longest = "a".repeat(255);

        assertThat(all(receiver(new CopyStream().file(longest, "").end().bytes())))
                .containsExactly(longest + "=");
        assertRefused(new CopyStream().file(longest + "a", ""), "the stream holds a name of 257 bytes");
    }

    @Test
    void aNameOfSixteenLevelsIsTheDeepest() throws IOException {
        String deepest = "a/".repeat(15) + "a";

        assertThat(all(receiver(new CopyStream().file(deepest, "").end().bytes())))
                .containsExactly(deepest + "=");
        assertRefused(
                new CopyStream().file("a/" + deepest, ""),
                "the stream holds an entry 'a/" + deepest + "': more than 16 levels");
    }

    @Test
    void anEndlessNameIsRefusedBeforeItIsRead() throws IOException {
        assertRefused(
                new CopyStream().header(-1, CopyStream.REGULAR, 0), "the stream holds a name of 4294967295 bytes");
    }

    @Test
    void aNameWithoutItsEndIsRefused() throws IOException {
        assertRefused(
                new CopyStream().header(3, CopyStream.REGULAR, 0).raw(CopyStream.ascii("abc")),
                "the stream holds a name without an end");
    }

    @Test
    void aNameWithAnEarlyEndIsRefused() throws IOException {
        assertRefused(
                new CopyStream().file("a\0b", ""), "the stream holds an entry 'a\\x00b': a character is not allowed");
    }

    @ParameterizedTest
    @ValueSource(ints = {0120777, 0060600, 0020600, 0010600, 0140600, 0644, 0170000})
    void onlyFilesAndDirectoriesAreAccepted(int mode) throws IOException {
        assertRefused(
                new CopyStream().entry("link", mode, 4).raw(CopyStream.ascii("/etc")),
                "the stream holds 'link', which is neither a file nor a directory");
    }

    @Test
    void aHugeSizeIsRefusedBeforeAnythingIsRead() throws IOException {
        assertRefused(
                new CopyStream().entry("big", CopyStream.REGULAR, 1L << 33),
                "the stream claims 8589934592 bytes for 'big'");
    }

    @Test
    void aSizeBeyondALongIsRefused() throws IOException {
        assertRefused(
                new CopyStream().entry("big", CopyStream.REGULAR, -1),
                "the stream claims 18446744073709551615 bytes for 'big'");
    }

    @Test
    void aDirectoryWithContentIsRefused() throws IOException {
        assertRefused(new CopyStream().entry("vm2", CopyStream.DIRECTORY, 1), "the stream claims 1 bytes for 'vm2'");
    }

    @Test
    void everyCutIsDamageAndGetsNoGoodAnswer() {
        byte[] stream =
                new CopyStream().directory("vm2").file("vm2/a", "content").end().bytes();
        for (int length = 0; length < stream.length; length++) {
            byte[] cut = Arrays.copyOf(stream, length);

            assertThatThrownBy(() -> all(receiver(cut)))
                    .as("first %d bytes", length)
                    .isInstanceOf(DamagedArchive.class)
                    .hasMessageStartingWith("the stream breaks off ")
                    .hasMessageEndingWith("; it ended");
            assertThat(answer.size()).isZero();
        }
    }

    @Test
    void aCutSaysWhere() {
        CopyStream stream = new CopyStream().file("vm2/a", "content");

        assertThatThrownBy(() -> all(receiver(stream.bytes())))
                .hasMessage("the stream breaks off after 'vm2/a'; it ended");
        assertThatThrownBy(() -> all(receiver(
                        new CopyStream().entry("vm2/b", CopyStream.REGULAR, 9).bytes())))
                .hasMessage("the stream breaks off inside 'vm2/b'; it ended")
                .isInstanceOfSatisfying(
                        DamagedArchive.class, cut -> assertThat(cut.member()).contains("vm2/b"));
        assertThatThrownBy(() -> all(receiver(new byte[0])))
                .hasMessage("the stream breaks off before its first entry; it ended");
    }

    @Test
    void aSenderThatDoesNotWaitForTheAnswerSpoilsNothing() throws IOException {
        byte[] stream = new CopyStream().file("a", "x").end().bytes();
        FileCopyReceiver receiver =
                new FileCopyReceiver("the stream", new ByteArrayInputStream(stream), new BrokenPipe(), () -> "");

        assertThat(all(receiver)).containsExactly("a=x");
    }

    private static final class BrokenPipe extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
        }

        @Override
        public void close() throws IOException {
            throw new IOException("Broken pipe");
        }
    }
}
