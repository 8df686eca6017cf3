package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the contract of qrexec, which runs on it too, does not reach. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PipedProcessTest {
    /** Leaves an orphan that keeps the input open for a while, takes some input and says so. */
    private static final String SCRIPT = "exec 3<&0; (sleep 5 & ); head -c 70000 >/dev/null; echo x; exec sleep 1000";

    @Test
    void closingDoesNotWaitForAWriterWhomAnOrphanKeepsBlocked() throws IOException {
        PipedProcess process = Subprocess.of("sh", "-c", SCRIPT).startPiped();
        CompletableFuture<Boolean> writer = CompletableFuture.supplyAsync(() -> writeFails(process.input()));
        assertThat(process.output().read()).isEqualTo('x');

        process.close();

        assertThat(writer.isDone()).isFalse();
        assertThat(process.awaitExit()).isEqualTo(137);
        assertThat(writer.join()).isTrue();
    }

    /** A shell that is killed while it starts a program must not leave that behind, with the pipe in its hands. */
    @Test
    void closingLeavesNothingBehindWhateverTheShellWasAbout() {
        String marker = "9" + ProcessHandle.current().pid();
        for (int round = 0; round < 150; round++) {
            PipedProcess process = Subprocess.of("/bin/sh", "-c", "sleep " + marker + " & sleep " + marker)
                    .startPiped();
            LockSupport.parkNanos(round * 10_000L);

            process.close();
        }

        assertThat(ProcessHandle.allProcesses())
                .noneMatch(it -> it.info().commandLine().orElse("").contains(marker));
    }

    private static boolean writeFails(OutputStream out) {
        try {
            out.write(new byte[10_000_000]);
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
