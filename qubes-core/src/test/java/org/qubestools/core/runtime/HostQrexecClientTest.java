package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;

/** Runs the contract on a script that takes the options of the host's program. */
final class HostQrexecClientTest extends QrexecClientContract {
    private static final String SCRIPT = """
            #!/bin/sh
            [ $# = 3 ] && [ "$1" = -d ] && [ "$2" = work ] || { echo 'no such domain' >&2; exit 1; }
            case "$3" in
                'DEFAULT:QUBESRPC test.Echo dom0') exec cat ;;
                'DEFAULT:QUBESRPC test.Fail dom0') printf 'bad\\033!\\n' >&2; exit 3 ;;
                'DEFAULT:QUBESRPC test.Chatty dom0') head -c 300000 /dev/zero >&2; printf end >&2; printf done ;;
                'DEFAULT:QUBESRPC test.Printer dom0') head -c 300000 /dev/zero; cat >/dev/null ;;
                'DEFAULT:QUBESRPC test.Stall dom0') exec sleep 1000 ;;
                'DEFAULT:QUBESRPC test.Deaf dom0') exec <&-; printf deaf >&2; exit 5 ;;
                *) exit 127 ;;
            esac
            """;

    @TempDir
    private Path directory;

    private Path program;

    @BeforeEach
    void writeProgram() {
        program = directory.resolve("qrexec-client");
        try {
            Files.writeString(program, SCRIPT);
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    QrexecClient client() {
        return new HostQrexecClient(program.toString());
    }

    @Test
    void aMissingProgramIsNamed() {
        QrexecClient client = new HostQrexecClient(directory.resolve("nothing").toString());

        assertThatThrownBy(() -> client.service(new VmName("work"), "test.Echo"))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                .hasMessageStartingWith("cannot run " + directory.resolve("nothing"));
    }
}
