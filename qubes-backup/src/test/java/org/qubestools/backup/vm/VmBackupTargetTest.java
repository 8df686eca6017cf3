package org.qubestools.backup.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.FakeQrexecClient;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VmBackupTargetTest {
    private static final VmName VM = new VmName("work");

    private final List<String> stored = new ArrayList<>();

    private VmBackupTarget open(String target, FakeQrexecClient.Service service) {
        return VmBackupTarget.open(new FakeQrexecClient().with("work", "qubes.Backup", service), VM, target);
    }

    private FakeQrexecClient.Service storing() {
        return (input, output, errors) -> {
            stored.add(RestoreService.readLine(input));
            stored.add(new String(input.readAllBytes(), StandardCharsets.US_ASCII));
            return 0;
        };
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(CopyStream.ascii(text));
    }

    private static void fill(OutputStream out) throws IOException {
        for (int i = 0; i < 100; i++) {
            out.write(new byte[100_000]);
        }
    }

    @Test
    void theServiceGetsTheTargetAndThenTheArchive() throws IOException {
        try (VmBackupTarget target = open("/media/usb disk", storing())) {
            write(target.stream(), "arch");
            target.stream().write('i');
            write(target.stream(), "ve");

            target.finish();

            assertThat(stored).containsExactly("/media/usb disk", "archive");
        }
    }

    @Test
    void lineEndsInTheTargetAreLeftOut() {
        try (VmBackupTarget target = open("/media\r\n/\u00e4\n", storing())) {
            target.finish();

            assertThat(stored).containsExactly("/media/\u00e4", "");
        }
    }

    @Test
    void anEmptyTargetIsRefusedBeforeAnythingStarts() {
        FakeQrexecClient qrexec = new FakeQrexecClient();

        assertThatThrownBy(() -> VmBackupTarget.open(qrexec, VM, "\r\n"))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_VALUE));
        assertThat(qrexec.calls()).isEmpty();
    }

    @Test
    void finishingTwiceIsSafe() {
        try (VmBackupTarget target = open("/media", storing())) {
            target.finish();
            target.finish();
        }
    }

    @Test
    void manyProgressTextsDoNotStopTheService() {
        FakeQrexecClient.Service service = (input, output, errors) -> {
            output.write(new byte[300_000]);
            return input.readAllBytes().length == "/media\n".length() ? 0 : 1;
        };
        try (VmBackupTarget target = open("/media", service)) {
            target.finish();
        }
    }

    @Test
    void aFailureAtTheEndIsToldInTheWordsOfTheVm() {
        FakeQrexecClient.Service service = (input, output, errors) -> {
            input.readAllBytes();
            write(errors, "No space left on device\u001b\n");
            return 1;
        };
        try (VmBackupTarget target = open("/media", service)) {
            assertThatThrownBy(target::finish)
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                    .hasMessage("VM 'work': qubes.Backup ended with status 1: No space left on device\\x1b");
        }
    }

    @Test
    void aFailureOnTheWayIsToldAtTheWrite() {
        FakeQrexecClient.Service service = (input, output, errors) -> {
            RestoreService.readLine(input);
            input.close();
            write(errors, "disk full");
            return 3;
        };
        try (VmBackupTarget target = open("/media", service)) {
            assertThatThrownBy(() -> fill(target.stream()))
                    .hasMessage("VM 'work': qubes.Backup ended with status 3: disk full");
        }
    }

    @Test
    void aServiceThatIsContentTooEarlyHasFailed() {
        FakeQrexecClient.Service service = (input, output, errors) -> {
            RestoreService.readLine(input);
            input.close();
            return 0;
        };
        try (VmBackupTarget target = open("/media", service)) {
            assertThatThrownBy(() -> fill(target.stream()))
                    .hasMessage("VM 'work': qubes.Backup ended before it had read the whole backup");
        }
    }

    @Test
    void closingFromAnotherThreadEndsAStalledWrite() {
        VmBackupTarget target = open("/media", (input, output, errors) -> {
            new CountDownLatch(1).await();
            return 0;
        });
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            try {
                fill(target.stream());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        target.close();

        assertThatThrownBy(writer::join)
                .hasCauseInstanceOf(QubesException.class)
                .hasRootCauseInstanceOf(IOException.class)
                .cause()
                .hasMessage("the backup into VM 'work' was stopped");
    }

    @Test
    void closingWithoutFinishKillsTheService() {
        FakeQrexecClient qrexec = new FakeQrexecClient().with("work", "qubes.Backup", storing());

        VmBackupTarget.open(qrexec, VM, "/media").close();

        assertThat(qrexec.open()).isZero();
    }

    @Test
    void finishAfterCloseIsNoSuccess() {
        VmBackupTarget target = open("/media", (input, output, errors) -> {
            new CountDownLatch(1).await();
            return 0;
        });
        target.close();

        assertThatThrownBy(target::finish)
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
    }
}
