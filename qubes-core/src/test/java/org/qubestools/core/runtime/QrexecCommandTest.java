package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;

/** The words that the host's program gets for a command. */
final class QrexecCommandTest {
    private static final CommandStreams STREAMS = new CommandStreams(
            InputStream.nullInputStream(), OutputStream.nullOutputStream(), OutputStream.nullOutputStream());

    @TempDir
    private Path directory;

    private QrexecClient client;

    @BeforeEach
    void writeProgram() throws IOException {
        Path program = directory.resolve("qrexec-client");
        Files.writeString(program, """
                #!/bin/sh
                printf '%s\\n' "$@" > "$0.words"
                case "$3" in *fail*) exit 42 ;; *echo*) exec cat ;; esac
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        client = new HostQrexecClient(program.toString());
    }

    private String words() throws IOException {
        return Files.readString(directory.resolve("qrexec-client.words")).replace('\n', '|');
    }

    private static QrexecCommand command(String text, String local, boolean filters) {
        return new QrexecCommand(new VmName("work"), "user", text, local, filters, filters);
    }

    @Test
    void aCommandThatIsJoinedEndsWithItsStatus() throws IOException {
        assertThat(client.run(command("fail 'a b'", null, false), STREAMS)).isEqualTo(42);
        assertThat(words()).isEqualTo("-d|work|user:fail 'a b'|");
        assertThat(client.run(command("true", "cat", true), STREAMS)).isZero();
        assertThat(words()).isEqualTo("-d|work|user:true|-l|cat|-t|-T|");
    }

    @Test
    void nobodyWaitsForOneThatIsStarted() throws IOException {
        client.start(command("true", null, false));

        assertThat(words()).isEqualTo("-d|work|user:true|-e|");
        assertThatThrownBy(() -> client.start(command("fail", null, false)))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("failed with status 42");
    }

    @Test
    void aConversationGoesThroughPipes() throws IOException {
        try (QrexecCall call = client.call(command("echo", null, false))) {
            call.input().write('x');
            call.input().close();
            assertThat(new String(call.output().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("x");
            assertThat(call.awaitExit()).isZero();
        }
    }

    @Test
    void whatQrexecWouldTakeForSomethingElseIsRefused() {
        for (String user : new String[] {"", "a:b", "-x", "a b"}) {
            assertThatThrownBy(() -> new QrexecCommand(new VmName("work"), user, "true", null, false, false))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_VALUE));
        }
        for (String text : new String[] {"", "a\0b", "x".repeat(70_000)}) {
            assertThatThrownBy(() -> command(text, null, false)).isInstanceOf(QubesException.class);
        }
    }
}
