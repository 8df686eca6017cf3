package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

@Timeout(30)
class SubprocessTest {
    private static Subprocess shell(String script) {
        return Subprocess.of("sh", "-c", script);
    }

    @Test
    void outputMessagesAndStatusAreReturned() {
        Subprocess.Result result = shell("echo out; echo err >&2; exit 3").run();

        assertThat(result.stdout()).asString(StandardCharsets.US_ASCII).isEqualTo("out\n");
        assertThat(result.untrustedStderr()).isEqualTo("err\n");
        assertThat(result.status()).isEqualTo(3);
    }

    @Test
    void largeOutputIsComplete() {
        Subprocess.Result result =
                shell("head -c 5000000 /dev/zero").withOutputLimit(5_000_000).run();

        assertThat(result.stdout()).hasSize(5_000_000);
    }

    @Test
    void shortOutputIsNeverLost() {
        for (int i = 0; i < 100; i++) {
            assertThat(Subprocess.of("echo", "x").run().stdout()).hasSize(2);
        }
    }

    @Test
    void argumentsAreNotForAShell() {
        Subprocess.Result result =
                Subprocess.of("printf", "%s|", "$HOME", "a b", "`x`").run();

        assertThat(result.stdout()).asString(StandardCharsets.US_ASCII).isEqualTo("$HOME|a b|`x`|");
    }

    @Test
    void tooMuchOutputStopsTheProgram() {
        assertThatThrownBy(() -> Subprocess.of("yes").withOutputLimit(1000).run())
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                .hasMessage("yes printed more than 1000 bytes and was stopped");
    }

    @Test
    void onlyTheEndOfManyMessagesIsKept() {
        Subprocess.Result result =
                shell("head -c 300000 /dev/zero >&2; echo end >&2").run();

        assertThat(result.untrustedStderr()).hasSize(4096).endsWith("end\n");
    }

    @Test
    void slowProgramIsStopped() {
        assertThatThrownBy(() -> shell("sleep 60; echo")
                        .withTimeout(Duration.ofMillis(100))
                        .run())
                .hasMessage("sh did not end within 100 milliseconds and was stopped");
    }

    @Test
    void childThatKeepsThePipeOpenIsNotWaitedFor() {
        Subprocess.Result result = shell("sleep 20 & echo done").run();

        assertThat(result.stdout()).asString(StandardCharsets.US_ASCII).isEqualTo("done\n");
    }

    @Test
    void inputIsEmpty() {
        assertThat(Subprocess.of("cat").run().stdout()).isEmpty();
    }

    @Test
    void missingProgramIsNamed() {
        assertThatThrownBy(() -> Subprocess.of("/nonexistent/tool").run())
                .isInstanceOf(QubesException.class)
                .hasMessageStartingWith("cannot run /nonexistent/tool: ");
    }

    @Test
    void failureQuotesTheLastMessageSafely() {
        assertThatThrownBy(() -> shell("echo first >&2; printf 'bad \\033[1m\\n' >&2; exit 1")
                        .run()
                        .requireSuccess())
                .hasMessage("sh failed with status 1: bad \\x1b[1m");
    }

    @Test
    void interruptionStopsTheProgram() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> shell("sleep 60").run())
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
    }
}
