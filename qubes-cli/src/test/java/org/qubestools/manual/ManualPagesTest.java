package org.qubestools.manual;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.Tools;
import org.qubestools.cli.backup.BackupCommands;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ToolSpec;

final class ManualPagesTest {
    @TempDir
    private Path target;

    @Test
    void everyToolGetsAPageWithAllSectionsAndACompletionWithAllOptions() throws IOException {
        String[] arguments = {
            ProjectFiles.root().toString(),
            "1.2",
            target.resolve("man").toString(),
            target.resolve("bash").toString()
        };

        ManualPages.main(arguments);

        for (String name : Tools.names()) {
            ToolSpec spec = Tools.named(name).orElseThrow().spec();
            String page = Files.readString(target.resolve("man").resolve(name + ".1.adoc"));
            assertThat(page)
                    .containsSubsequence("= " + name + "(1)\n", "== Name\n\n" + name + " - " + spec.purpose())
                    .containsSubsequence("== Synopsis\n", "== Description\n", "== Options\n", "== Operands\n")
                    .containsSubsequence("== Operands\n", "== Examples\n", "== Exit status\n", "== Files\n")
                    .containsSubsequence("== Files\n", "== See also\n", "*(1)")
                    .contains("*130*::\n");
            String completion = Files.readString(target.resolve("bash").resolve(name));
            for (Opt<?> option : spec.ownOptions()) {
                assertThat(page).contains(option.longestName());
                assertThat(completion).contains("'" + option.longestName() + "'");
            }
        }
    }

    /** What bash offers for the last of these words. */
    private List<String> offered(String tool, String... words) throws IOException, InterruptedException {
        Path completion = Files.writeString(
                target.resolve(tool),
                ManualPages.completion(Tools.named(tool).orElseThrow().spec()));
        Path script = Files.writeString(target.resolve("ask"), """
                . "$1"
                shift
                COMP_WORDS=("$@")
                COMP_CWORD=$(($# - 1))
                "_complete_$1"
                printf '%s\\n' "${COMPREPLY[@]}"
                """);
        List<String> command = new ArrayList<>(List.of("bash", script.toString(), completion.toString(), tool));
        command.addAll(List.of(words));
        Process bash = new ProcessBuilder(command)
                .directory(target.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        bash.waitFor();
        return printed.lines().filter(line -> !line.isEmpty()).toList();
    }

    @Test
    void theCommandsOfQubesBackupAreCompletedAndThenFiles() throws Exception {
        assertThat(BackupCommands.NAMES).hasSize(5);
        assertThat(offered("qubes-backup", "")).containsExactlyInAnyOrderElementsOf(BackupCommands.NAMES);
        assertThat(offered("qubes-backup", "ex")).containsExactly("extract");
        assertThat(offered("qubes-backup", "-q", "--memory", "1G", "v")).containsExactly("verify");
        assertThat(offered("qubes-backup", "--deco")).containsExactly("--decoder");
        Files.writeString(target.resolve("extra.backup"), "");
        assertThat(offered("qubes-backup", "verify", "ex")).containsExactly("extra.backup");
    }

    /** The completion must know every word that the tool knows, and no other. */
    @Test
    void theCommandsAreThoseThatTheToolKnows() {
        String help = new ToolRunner().run("qubes-backup --help").out();
        for (String command : BackupCommands.NAMES) {
            assertThat(help).contains(command + " FILE");
            assertThat(new ToolRunner()
                            .run("qubes-backup " + command + " /nonexistent x y z")
                            .err())
                    .doesNotContain("no such command");
        }
        assertThat(new ToolRunner().run("qubes-backup show /nonexistent").err()).contains("no such command");
    }

    @Test
    void theCodesComeFromTheirPage() throws IOException {
        assertThat(ManualPages.commonCodes(ProjectFiles.exitCodes()))
                .containsEntry(2, "wrong options or operands")
                .containsKeys(0, 1, 3, 10, 130);
    }
}
