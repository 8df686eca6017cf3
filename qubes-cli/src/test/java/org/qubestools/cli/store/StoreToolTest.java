package org.qubestools.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.cli.ToolRunner.Outcome;

/** Which options and arguments go with which subcommand of {@code qubes-store}. */
final class StoreToolTest {
    private RepairTree tree;

    @BeforeEach
    void makeTree(@TempDir Path root) {
        tree = RepairTree.of(root, 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "check --yes                 | --yes goes with repair only",
                "undo --yes                  | --yes goes with repair only",
                "history --by netvm          | --by goes with graph only",
                "dump --format svg           | --format goes with graph only",
                "diff 1 --dry-run            | --dry-run goes with undo, restore and repair only",
                "graph --dry-run             | --dry-run goes with undo, restore and repair only",
                "check --dry-run             | --dry-run goes with undo, restore and repair only",
                "names --connect test:///x   | --connect goes with undo, restore, check, repair and graph only",
                "show                        | wrong number of arguments, expected show N",
                "diff 1 2 3                  | wrong number of arguments, expected diff N|FILE [N|FILE]",
                "check vm-4                  | wrong number of arguments, expected check",
                "show one                    | 'one' is no number of a change",
                "frobnicate                  | no such command 'frobnicate'; use history, show, diff, undo, restore,"
                        + " dump, check, repair, graph, names"
            })
    void whatMeansNothingIsRefused(String words, String reason) {
        Outcome outcome = tree.run("qubes-store " + words);

        assertThat(outcome.err()).startsWith("qubes-store: " + reason).hasLineCount(1);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aVmThatTheHistoryDoesNotKnowIsNamed() {
        assertThat(tree.run("qubes-store history nosuch"))
                .isEqualTo(new Outcome(0, "", "qubes-store: the history has no change of a VM 'nosuch'\n"));
    }

    @Test
    void jsonIsAFormatOfItsOwn() {
        Outcome outcome = tree.run("qubes-store graph --json --format svg");

        assertThat(outcome.err()).contains("options '--json' and '--format' exclude each other");
        assertThat(outcome.code()).isEqualTo(2);
    }

    @Test
    void aChangeThatIsNotInTheHistoryIsNamed() {
        assertThat(tree.run("qubes-store show 7"))
                .isEqualTo(new Outcome(1, "", "qubes-store: the history has no change 7; see 'qubes-store history'\n"));
    }

    @Test
    void theHelpTellsOfEachCommand() {
        assertThat(tree.run("qubes-store --help").out())
                .contains("\nCommands:\n  history [VM]", "\n  diff N|FILE [N|FILE]   what differs")
                .contains("--dry-run goes with undo, restore and repair");
    }
}
