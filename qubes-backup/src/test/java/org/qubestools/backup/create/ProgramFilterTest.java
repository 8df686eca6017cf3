package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.backup.compress.Filter;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.TaskScope;

@Timeout(60)
class ProgramFilterTest {
    private static final byte[] MUCH = new byte[4 << 20];

    @TempDir
    Path directory;

    private final TaskScope scope = new TaskScope();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @AfterEach
    void end() {
        scope.close();
        assertThat(Thread.interrupted()).isFalse();
    }

    private String script(String text) throws IOException {
        Path script = directory.resolve("filter");
        Files.writeString(script, "#!/bin/sh\n" + text + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toString();
    }

    private void assertFails(String program, String message) {
        assertThatThrownBy(() -> {
                    try (OutputStream filter = new ProgramFilter(program, out, scope)) {
                        filter.write(MUCH);
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(scope.failure()).isInstanceOf(QubesException.class).hasMessageContaining(message);
    }

    @Test
    void whatTheProgramPrintsGoesOn() throws IOException {
        byte[] content = new byte[3_000_001];
        new Random(1).nextBytes(content);
        try (OutputStream filter = new ProgramFilter("gzip", out, scope)) {
            filter.write(content[0]);
            filter.write(content, 1, content.length - 1);
        }

        byte[] back = Filter.GZIP
                .decoding(new ByteArrayInputStream(out.toByteArray()))
                .readAllBytes();
        assertThat(back).isEqualTo(content);
        assertThat(scope.failure()).isNull();
    }

    @Test
    void closingClosesTheStreamBehind() throws IOException {
        CountDownLatch closed = new CountDownLatch(1);
        OutputStream behind = new OutputStream() {
            @Override
            public void write(int b) {}

            @Override
            public void close() {
                closed.countDown();
            }
        };
        OutputStream filter = new ProgramFilter("cat", behind, scope);
        filter.write(1);
        filter.close();
        filter.close();

        assertThat(closed.getCount()).isZero();
    }

    @Test
    void itsStatusAndWordsAreTold() throws IOException {
        assertFails(script("cat; echo 'no such level' >&2; exit 3"), "failed with status 3: no such level");
    }

    @Test
    void oneThatReadsNothingIsToldInItsWords() throws IOException {
        assertFails(script("echo 'no such option' >&2; exit 4"), "failed with status 4: no such option");
    }

    @Test
    void oneThatEndsEarlyWithoutAnErrorFailsAllTheSame() throws IOException {
        assertFails(script("head -c 100"), "ended before it had read everything");
    }

    @Test
    void oneThatPrintsNothingFails() throws IOException {
        assertFails(script("cat >/dev/null"), "printed nothing");
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new ProgramFilter("no-such-filter", out, scope))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("cannot run no-such-filter");
    }

    @Test
    void aTargetThatFailsEndsIt() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("full");
            }
        };

        assertThatThrownBy(() -> {
                    try (OutputStream filter = new ProgramFilter("cat", full, scope)) {
                        filter.write(MUCH);
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(scope.failure()).hasMessage("full");
    }

    @Test
    void aProgramThatHangsDoesNotKeepAnInterruptedWriter() throws IOException {
        String hangs = script("exec sleep 1000");
        Thread owner = Thread.currentThread();
        CountDownLatch writing = new CountDownLatch(1);
        scope.fork("interrupt", () -> {
            writing.await();
            while (owner.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            owner.interrupt();
        });

        assertThatThrownBy(() -> {
                    try (OutputStream filter = new ProgramFilter(hangs, out, scope)) {
                        writing.countDown();
                        filter.write(MUCH);
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(scope.failure()).isNull();
    }
}
