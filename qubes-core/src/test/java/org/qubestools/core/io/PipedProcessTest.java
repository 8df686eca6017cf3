package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
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

    private static boolean writeFails(OutputStream out) {
        try {
            out.write(new byte[10_000_000]);
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
