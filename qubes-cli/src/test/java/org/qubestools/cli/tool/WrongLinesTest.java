package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;

/** Command lines that cannot be right: each is answered in one line that names the thing and what to do. */
final class WrongLinesTest {
    @TempDir
    private Path root;

    private Outcome run(FakeHost host, String commandLine) throws IOException {
        Path store = root.resolve("var/lib/qubes/qubes.xml");
        Files.createDirectories(store.getParent());
        Files.copy(ProjectFiles.smallStore(), store);
        return new ToolRunner(host).environment("QUBES_ROOT", root.toString()).run(commandLine);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "2 | qvm-ls --class Zebra | --class: 'Zebra' is none of AdminVM, TemplateVM,",
                "2 | qvm-ls --label pink | --label: 'pink' is none of red, orange, yellow, green, gray, blue, purple, black",
                "1 | qvm-ls --template-source nosuch | no VM has the name 'nosuch'; 'qvm-ls --raw-list' shows all names",
                "1 | qvm-ls --netvm-is nosuch | no VM has the name 'nosuch'; 'qvm-ls --raw-list' shows all names",
                "2 | qvm-ls --sort nosuch | there is no column 'nosuch' to sort by; 'qvm-ls --help-columns' lists them",
                "2 | qvm-ls -O name,nosuch | there is no field 'nosuch'; 'qvm-ls --help-columns' lists them",
                "2 | qvm-ls --prefs nosuch=1 | --prefs takes NAME=VALUE of a property, not 'nosuch=1'; 'qvm-prefs",
                "2 | qvm-create -l red --class Zebra x | 'Zebra' is no class that can be made; 'qvm-create --help-classes'",
                "1 | qvm-remove zz* | no VM fits the pattern 'zz*'; 'qvm-ls --raw-list' shows all names",
                "1 | qvm-firewall dom0 -P deny | dom0 gets no network, so it has no firewall rules; name another VM",
                "1 | qvm-check --template --running work | VM 'work' is not running, is not a template",
                "14 | qvm-start work | this needs the running system, and offline mode is on; run it again without"
                        + " --offline-mode (QUBES_OFFLINE), and without --root (QUBES_ROOT) or with --connect",
                "2 | qvm-backup-restore | name the backup, see 'qvm-backup-restore --help'",
                "2 | qvm-backup-restore --rename x b | new name to put in place of another: 'x' is not OLD:NEW; separate"
                        + " the two names by ':' or '='",
                "2 | qubes-backup extract b | wrong number of arguments, expected extract FILE DIR [VM|PATH ...], see",
                "2 | qubes-backup cat b | wrong number of arguments, expected cat FILE PATH, see",
            })
    void areAnsweredInOneLine(int code, String commandLine, String answer) throws IOException {
        Outcome outcome = run(new FakeHost(FakeHost.ORDINARY_USER, false), commandLine);

        assertThat(outcome.err())
                .startsWith(commandLine.substring(
                                0, commandLine.indexOf(' ') < 0 ? commandLine.length() : commandLine.indexOf(' '))
                        + ": " + answer)
                .hasLineCount(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.code()).isEqualTo(code);
    }

    @Test
    void usageIsToldBeforeRootIsRefused() throws IOException {
        assertThat(run(new FakeHost(0, false), "qvm-backup-restore").code()).isEqualTo(2);
    }

    @Test
    void aProgramThatIsNotThereIsNamedOnce() throws IOException {
        Path vault = Files.createDirectories(root.resolve("var/lib/qubes/appvms/vault"));
        Files.createFile(vault.resolve("private.img"));
        Path passphrase = Files.writeString(root.resolve("passphrase"), "secret words");
        Outcome outcome = run(
                new FakeHost(FakeHost.ORDINARY_USER, false),
                "qvm-backup -y -p " + passphrase + " -Z nosuchprogram " + root.resolve("out") + " vault");

        assertThat(outcome.err())
                .contains("qvm-backup: cannot run nosuchprogram: no such file or directory; is it installed?\n");
    }

    @Test
    void aStoreThatMayNotBeReadIsNotLost() throws IOException {
        Path directory = Files.createDirectories(root.resolve("var/lib/qubes"));
        FakeHost user = new FakeHost(FakeHost.ORDINARY_USER, false);
        run(user, "qvm-ls");
        Files.setAttribute(directory, "unix:mode", 0);
        try {
            Assumptions.assumeFalse(Files.isReadable(directory), "root reads everything");
            Outcome outcome = new ToolRunner(user)
                    .environment("QUBES_ROOT", root.toString())
                    .run("qubes-store repair");
            assertThat(outcome.err())
                    .isEqualTo(
                            "qubes-store: cannot read /var/lib/qubes/qubes.xml: permission denied; check its mode, and"
                                    + " whether you are in its group\n");
            assertThat(outcome.code()).isEqualTo(10);
        } finally {
            Files.setAttribute(directory, "unix:mode", 0770);
        }
    }
}
