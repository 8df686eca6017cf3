package org.qubestools.backup.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.FakeQrexecClient;

/** A VM that fails, lies or stalls while it should send a backup. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileVmTest {
    private static final StreamLimit HEADER_LIMIT = StreamLimit.forHeader(1000, "use the option");
    private static final StreamLimit DATA_LIMIT = StreamLimit.forData(0, 0, "use the option");

    private static VmBackupSource source(FakeQrexecClient.Service service) {
        return new VmBackupSource(
                new FakeQrexecClient().with("usb", "qubes.Restore", service), new VmName("usb"), "/media/backup");
    }

    private static FakeQrexecClient.Service sending(CopyStream stream, int status, String errorText) {
        return (input, output, errors) -> {
            output.write(stream.bytes());
            errors.write(CopyStream.ascii(errorText));
            return status;
        };
    }

    private static VmMembers header(FakeQrexecClient.Service service) {
        return source(service).header(HEADER_LIMIT);
    }

    private static VmMembers data(FakeQrexecClient.Service service) {
        return source(service).data(List.of("vm2"), DATA_LIMIT);
    }

    private static CompletableFuture<Throwable> failureOf(VmMembers members) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                VmBackupSourceTest.all(members);
                return new AssertionError("no failure");
            } catch (IOException | QubesException e) {
                return e;
            }
        });
    }

    @Test
    void aServiceThatFailsAtOnceIsToldInItsWords() {
        try (VmMembers members = header(sending(new CopyStream(), 2, "Error opening file\u001b"))) {
            assertThatThrownBy(members::next)
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                    .hasMessage("the backup stream of VM 'usb' breaks off before its first entry; qubes.Restore ended"
                            + " with status 2: Error opening file\\x1b");
        }
    }

    @Test
    void aVmWithoutTheServiceSendsNothing() {
        VmBackupSource source = new VmBackupSource(new FakeQrexecClient(), new VmName("usb"), "/media/backup");
        try (VmMembers members = source.header(HEADER_LIMIT)) {
            assertThatThrownBy(members::next)
                    .isInstanceOf(QubesException.class)
                    .hasMessageEndingWith("qubes.Restore ended with status 127");
        }
    }

    @Test
    void aStreamThatBreaksOffInTheHeaderNamesThePlaceAndTheReason() {
        CopyStream stream = new CopyStream().entry("backup-header", CopyStream.REGULAR, 10);
        try (VmMembers members = header(sending(stream, 1, "read error"))) {
            assertThatThrownBy(() -> VmBackupSourceTest.all(members))
                    .isInstanceOf(DamagedArchive.class)
                    .hasMessage("the backup stream of VM 'usb' breaks off inside 'backup-header'; qubes.Restore ended"
                            + " with status 1: read error");
        }
    }

    @Test
    void aSenderThatWaitsForAnAnswerAfterItsCutIsReleased() {
        FakeQrexecClient.Service service = (input, output, errors) -> {
            output.write(new CopyStream().file("vm2/a.000", "x").bytes());
            output.close();
            input.transferTo(errors);
            return 1;
        };
        try (VmMembers members = data(service)) {
            assertThatThrownBy(() -> VmBackupSourceTest.all(members)).isInstanceOf(DamagedArchive.class);
        }
    }

    @Test
    void aFailureAfterTheLastMemberSpoilsNothing() throws IOException {
        CopyStream stream = new CopyStream().file("vm2/a.000", "x").end();
        try (VmMembers members = data(sending(stream, 1, "too late"))) {
            assertThat(VmBackupSourceTest.all(members)).containsExactly("vm2/a.000=x");
            assertThat(members.lateFailure())
                    .contains("VM 'usb': after it had sent all, qubes.Restore ended with status 1: too late");
        }
    }

    @Test
    void garbageIsDamage() {
        CopyStream stream = new CopyStream().raw(CopyStream.ascii("<html>404 not found ".repeat(100)));
        try (VmMembers members = header(sending(stream, 0, ""))) {
            assertThatThrownBy(members::next)
                    .isInstanceOf(DamagedArchive.class)
                    .hasMessage("the backup stream of VM 'usb' holds a name of 1836345404 bytes");
        }
    }

    @Test
    void theSameHeaderTwiceIsDamage() {
        CopyStream stream = new CopyStream()
                .file("backup-header", "a")
                .file("backup-header", "b")
                .end();
        try (VmMembers members = header(sending(stream, 0, ""))) {
            assertThatThrownBy(() -> VmBackupSourceTest.all(members))
                    .isInstanceOf(DamagedArchive.class)
                    .hasMessage("the backup stream of VM 'usb' holds 'backup-header' twice");
        }
    }

    @Test
    void aHeaderBeyondItsLimitIsStoppedBeforeItIsRead() {
        CopyStream stream = new CopyStream().entry("qubes.xml.000", CopyStream.REGULAR, 100_000);
        try (VmMembers members = header(sending(stream, 0, ""))) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(members::next)
                        .isInstanceOfSatisfying(QubesException.class, e -> {
                            assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP);
                            assertThat(e.hint()).contains("use the option");
                        })
                        .hasMessage("VM 'usb' sends more than this part of the backup may hold, at 'qubes.xml.000'");
            }
        }
    }

    @Test
    void endlessDataAreStoppedAtTheLimit() {
        FakeQrexecClient.Service service = (input, output, errors) -> {
            for (int i = 0; i < 1_000_000; i++) {
                output.write(new CopyStream()
                        .file("vm2/private.img." + i, new byte[20_000])
                        .bytes());
            }
            return 0;
        };
        StreamLimit limit = StreamLimit.forData(1 << 20, 0, "use the option");
        try (VmMembers members = source(service).data(List.of("vm2"), limit)) {
            // 1.1 MiB, and each member takes 20000 bytes of which 10 KiB are free.
            assertThatThrownBy(() -> VmBackupSourceTest.all(members))
                    .isInstanceOf(QubesException.class)
                    .hasMessageEndingWith("at 'vm2/private.img.118'");
        }
    }

    @Test
    void theSenderLearnsThatItSentTooMuch() {
        CompletableFuture<ReceivedAnswer> answer = new CompletableFuture<>();
        FakeQrexecClient.Service service = (input, output, errors) -> {
            RestoreService.readLine(input);
            RestoreService.readLine(input);
            output.write(new CopyStream()
                    .entry("vm2/a.000", CopyStream.REGULAR, 1 << 20)
                    .bytes());
            answer.complete(ReceivedAnswer.read(input));
            return 0;
        };
        try (VmMembers members = data(service)) {
            assertThatThrownBy(members::next).isInstanceOf(QubesException.class);
            assertThat(answer.join().error()).isEqualTo(122);
        }
    }

    @Test
    void closingFromAnotherThreadEndsAStalledStart() {
        VmMembers members = header((input, output, errors) -> {
            new CountDownLatch(1).await();
            return 0;
        });
        CompletableFuture<Throwable> failure = failureOf(members);

        members.close();
        members.close();

        assertThat(failure.join())
                .isInstanceOf(IOException.class)
                .hasMessage("the backup stream of VM 'usb' was closed");
    }

    @Test
    void closingFromAnotherThreadEndsAStallInsideAMember() throws IOException {
        VmMembers members = data((input, output, errors) -> {
            output.write(new CopyStream()
                    .entry("vm2/a.000", CopyStream.REGULAR, 100)
                    .raw(new byte[10])
                    .bytes());
            new CountDownLatch(1).await();
            return 0;
        });
        InputStream content = members.next().data();
        assertThat(content.readNBytes(10)).hasSize(10);
        CompletableFuture<Throwable> failure = failureOf(members);

        members.close();

        assertThat(failure.join()).hasMessage("the backup stream of VM 'usb' was closed");
        assertThatThrownBy(content::read).hasMessage("the backup stream of VM 'usb' was closed");
    }

    @Test
    void closingEndsTheWaitForAServiceThatNeverEnds() {
        CountDownLatch sent = new CountDownLatch(1);
        VmMembers members = data((input, output, errors) -> {
            output.write(new CopyStream().file("vm2/a.000", "x").end().bytes());
            RestoreService.readLine(input);
            RestoreService.readLine(input);
            ReceivedAnswer.read(input);
            sent.countDown();
            new CountDownLatch(1).await();
            return 0;
        });
        CompletableFuture<List<String>> read = CompletableFuture.supplyAsync(() -> {
            try {
                return VmBackupSourceTest.all(members);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(sent).satisfies(CountDownLatch::await);

        members.close();

        assertThat(read.join()).containsExactly("vm2/a.000=x");
    }
}
