package org.qubestools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.Tool;

/** Command lines that are shown where no other test runs them: the first session of README.md, the installer's example. */
final class ShownCommandLinesTest {
    @TempDir
    private Path tree;

    /** A command line of a session, and what stands below it. */
    private record Step(String commandLine, String shown) {}

    private static List<Step> firstSession() throws IOException {
        String text = Files.readString(ProjectFiles.readme());
        String session = text.substring(text.indexOf("## A first session\n"), text.indexOf("## Tools\n"));
        List<Step> steps = new ArrayList<>();
        for (String line :
                session.lines().filter(line -> line.startsWith("    ")).toList()) {
            String shown = line.substring(4);
            if (shown.startsWith("$ ")) {
                steps.add(new Step(shown.substring(2), ""));
            } else {
                Step last = steps.remove(steps.size() - 1);
                steps.add(new Step(last.commandLine(), last.shown() + shown + "\n"));
            }
        }
        return steps;
    }

    @Test
    void theFirstSessionOfTheReadmeIsTrue() throws IOException {
        int run = 0;
        for (Step step : firstSession()) {
            if (step.commandLine().startsWith("cp ")) {
                String[] words = step.commandLine().split(" ", -1);
                Files.copy(
                        ProjectFiles.root().resolve(words[1]),
                        tree.resolve(words[2].replace("$QUBES_ROOT/", "")),
                        StandardCopyOption.REPLACE_EXISTING);
            } else if (step.commandLine().startsWith("qvm-")) {
                Outcome outcome = new ToolRunner()
                        .environment("QUBES_ROOT", tree.toString())
                        .run(step.commandLine());
                assertThat(outcome.out() + outcome.err()).as(step.commandLine()).isEqualTo(step.shown());
                run++;
            }
        }
        assertThat(run).isGreaterThan(3);
    }

    @Test
    void eachToolTakesTheWordsOfTheInstallersExample() throws IOException {
        String script = Files.readString(ProjectFiles.root().resolve("scripts/installer-hook-example"));
        int seen = 0;
        for (String line : script.lines().toList()) {
            int command = line.indexOf("QUBES_OFFLINE=1 q");
            if (command >= 0) {
                List<String> words =
                        List.of(line.substring(command).replaceFirst(" <.*", "").split(" ", -1));
                Tool tool = Tools.named(words.get(1)).orElseThrow();
                tool.parse(tool.spec(), words.subList(2, words.size()));
                seen++;
            }
        }
        assertThat(seen).isEqualTo(2);
    }
}
