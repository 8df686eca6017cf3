package org.qubestools.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.Tools;
import org.qubestools.core.io.Subprocess;

/** Runs the commands of docs/repair.md on a store with 253 VMs, and holds what they print against the page. */
final class RepairPageTest {
    private static final String PROMPT = "    $ ";
    private static final String INDENT = "    ";

    /** A command and what it prints. */
    private record Step(String command, List<String> output) {}

    @TempDir
    private Path root;

    @Test
    void everyCommandOfThePageDoesWhatItSays() throws IOException, InterruptedException {
        List<Step> steps = steps(Files.readAllLines(ProjectFiles.root().resolve("docs/repair.md")));
        RepairTree tree = RepairTree.of(root, 253);

        assertThat(steps).hasSizeGreaterThan(8);
        for (Step step : steps) {
            assertThat(output(tree, step.command())).as(step.command()).isEqualTo(step.output());
        }
    }

    /** The commands in order, with what stands below each up to the next one or the end of the block. */
    private static List<Step> steps(List<String> page) {
        List<Step> steps = new ArrayList<>();
        List<String> output = new ArrayList<>();
        for (String line : page) {
            if (line.startsWith(PROMPT)) {
                output = new ArrayList<>();
                steps.add(new Step(line.substring(PROMPT.length()), output));
            } else if (line.startsWith(INDENT)) {
                output.add(line.substring(INDENT.length()));
            } else if (line.isEmpty()) {
                output.add("");
            } else {
                output = new ArrayList<>();
            }
        }
        steps.forEach(step -> withoutBlankEnd(step.output()));
        return steps;
    }

    private static void withoutBlankEnd(List<String> lines) {
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
    }

    /** What a terminal shows: first what the tool prints, then what it says. */
    private List<String> output(RepairTree tree, String command) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        if (Tools.names().contains(command.split(" ", -1)[0])) {
            Outcome outcome = tree.run(command);
            lines.addAll(outcome.out().lines().toList());
            lines.addAll(outcome.err().lines().toList());
        } else {
            String below = command.replace("/var/lib/qubes", root + "/var/lib/qubes");
            assertThat(Subprocess.of("sh", "-c", below).run().status())
                    .as(command)
                    .isZero();
        }
        withoutBlankEnd(lines);
        return lines;
    }
}
