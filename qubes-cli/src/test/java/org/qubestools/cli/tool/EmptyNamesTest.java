package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner.Outcome;

/** Names of files that a script left empty, and files that are none: each is refused by its name, nothing is guessed. */
final class EmptyNamesTest extends ToolTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "qvm-init-storage --root=",
                "qvm-ls --root=",
                "qvm-backup --profile=",
                "qvm-backup --save-profile= target",
                "qvm-backup --passphrase-file= target work",
                "qvm-backup ",
                "qvm-backup-restore ",
                "qvm-backup-restore --home-to= backup",
                "qubes-backup info ",
                "qubes-backup --tmpdir= info backup",
                "qubes-store dump ",
                "qubes-store restore ",
                "qubes-store diff ",
                "qvm-batch ",
                "qvm-firewall work --import=",
                "qvm-create -l red -s --root-copy-from= new",
                "qvm-start --custom-config= work",
            })
    void anEmptyNameIsAUsageError(String commandLine) {
        assertRefused(commandLine, USAGE, "--help");
    }

    @ParameterizedTest
    @CsvSource({
        "qvm-batch /, /: is a directory, 1",
        "qvm-backup --profile / x, /: is a directory, 1",
        "qubes-store dump /, cannot read /: is no regular file, 10",
        "qubes-store dump /nosuch, cannot read /nosuch: no such file or directory, 10",
        "qvm-firewall work --import /, /: it cannot be read: is a directory, 1",
    })
    void whatIsNoFileIsNamed(String commandLine, String message, int code) {
        assertRefused(commandLine, code, message);
    }

    @Test
    void aPassphraseFileThatIsNoneIsNamed() {
        Outcome outcome = tree.run("qubes-backup verify /nosuch -p /");
        assertThat(outcome.err()).contains("/nosuch");

        tree.write("/etc/group", "").write("/var/lib/qubes/target/file", "");
        String target = tree.path("/var/lib/qubes/target").toString();
        assertThat(tree.run("qvm-backup -q -p / " + target + " work").err())
                .isEqualTo("qvm-backup: /: is a directory\n");
    }
}
