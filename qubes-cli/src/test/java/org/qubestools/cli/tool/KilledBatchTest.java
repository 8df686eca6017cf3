package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;

/**
 * Processes of {@code qvm-batch} that are killed at any moment, 400 of them with {@code -Dqubes.long=true}: all of the batch
 * is there, or nothing of it. Most moments are in the short time in which files and store are changed.
 */
@Timeout(3600)
final class KilledBatchTest {
    private static final int KILLS = Boolean.getBoolean("qubes.long") ? 400 : 20;
    private static final long SEED = 20261127;
    private static final int KILLED = 128 + 9;
    private static final String DIRECTORY = "/var/lib/qubes/";
    private static final String STORE = DIRECTORY + "qubes.xml";

    /** What can be seen of a batch from outside, in this order; the first one is its process. */
    private static final List<String> SIGHTS = List.of(
            "", DIRECTORY + ".qvm-pending", DIRECTORY + "appvms/new-3", DIRECTORY + "backup/generation-000001.json");

    @TempDir
    private Path directory;

    private Path lines;
    private int worlds;
    private String namesBefore;
    private String namesAfter;
    private List<String> filesBefore;
    private List<String> filesAfter;

    @BeforeEach
    void runUndisturbed() throws Exception {
        List<String> text = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            text.add("qvm-create -q --label red new-" + i);
            text.add("qvm-prefs new-" + i + " memory=" + (300 + i) + " maxmem=2000");
            text.add("qvm-prefs work memory=" + (500 + i));
        }
        text.add("qvm-prefs personal name=private");
        text.add("qvm-remove -q --force win7");
        text.add("qvm-firewall work -P deny");
        lines = Files.write(directory.resolve("lines.batch"), text);

        StoreTree tree = fresh();
        namesBefore = names(tree);
        filesBefore = filesAfterNextChange(tree);
        StoreTree changed = fresh();
        BackupProcess process = start(changed);
        assertThat(process.end()).as(process.messages()).isZero();
        namesAfter = names(changed);
        filesAfter = filesAfterNextChange(changed);
        assertThat(namesAfter).contains("new-0", "new-11", "private").doesNotContain("personal", "win7");
    }

    private StoreTree fresh() {
        worlds++;
        return StoreTree.small(directory.resolve("world" + worlds));
    }

    private BackupProcess start(StoreTree tree) throws IOException {
        return BackupProcess.start(
                tree.path("/"), directory, List.of("qvm-batch", "-q", "--force-root", "--offline-mode", "" + lines));
    }

    private static String names(StoreTree tree) {
        Outcome outcome = tree.run("qvm-ls --raw-list");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outcome.out();
    }

    /** Another change, which finishes or undoes what was begun; then all files but those of the history. */
    private static List<String> filesAfterNextChange(StoreTree tree) {
        Outcome next = tree.run("qvm-prefs -s vault memory 555");
        assertThat(next.code()).as(next.err()).isZero();
        assertThat(tree.run("qvm-prefs vault memory").out()).isEqualTo("555\n");
        return tree.files().stream()
                .filter(file -> !file.contains("/backup/generation-") && !file.startsWith(STORE + " "))
                .toList();
    }

    /** Waits until the sight is there, or the process has ended. */
    private static void await(String sight, StoreTree tree, BackupProcess process) throws InterruptedException {
        while (process.isAlive() && !tree.exists(sight)) {
            Thread.sleep(1);
        }
    }

    @Test
    void aKilledBatchIsWholeOrAbsent() throws Exception {
        Random random = new Random(SEED);
        int killed = 0;
        int whole = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            String sight = SIGHTS.get(kill % SIGHTS.size());
            int delay = random.nextInt(sight.isEmpty() ? 1500 : 25);
            String about = "seed " + SEED + ", kill " + kill + ", " + delay + " ms after '" + sight + "'";
            StoreTree tree = fresh();
            BackupProcess process = start(tree);
            if (!sight.isEmpty()) {
                await(sight, tree, process);
            }
            Thread.sleep(delay);
            process.kill();
            int status = process.end();

            assertThat(status).as("%s: %s", about, process.messages()).isIn(0, KILLED);
            boolean isWhole = assertWholeOrAbsent(tree, about);
            assertThat(isWhole || status == KILLED).as(about).isTrue();
            killed += status == KILLED ? 1 : 0;
            whole += isWhole ? 1 : 0;
        }
        assertThat(killed).as("runs that did not end before").isGreaterThan(KILLS / 4);
        assertThat(whole).isLessThan(KILLS);
    }

    private boolean assertWholeOrAbsent(StoreTree tree, String about) throws IOException {
        String names = names(tree);
        assertThat(names).as(about).isIn(namesBefore, namesAfter);
        boolean isWhole = names.equals(namesAfter);
        String history = tree.run("qubes-store history").out();
        assertThat(history.contains("qvm-batch")).as("%s: %s", about, history).isEqualTo(isWhole);
        assertThat(tree.run("qvm-prefs work memory").out()).as(about).isEqualTo(isWhole ? "511\n" : "400\n");
        assertEverythingUnfinishedIsReported(tree, about);

        assertThat(filesAfterNextChange(tree)).as(about).isEqualTo(isWhole ? filesAfter : filesBefore);
        assertThat(names(tree)).as(about).isEqualTo(names);
        return isWhole;
    }

    /** A journal stands for what it names; without one each file that has a name of ours is named. */
    private static void assertEverythingUnfinishedIsReported(StoreTree tree, String about) throws IOException {
        String check = tree.run("qubes-store check").out();
        boolean pending = tree.exists(DIRECTORY + ".qvm-pending");
        assertThat(check.contains("pending-edit")).as("%s: %s", about, check).isEqualTo(pending);
        try (Stream<Path> files = Files.walk(tree.path(DIRECTORY))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.contains(".qvm-") && !name.equals(".qvm-names") && !pending) {
                    assertThat(check).as(about).contains(name);
                }
            }
        }
    }
}
