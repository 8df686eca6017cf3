package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.VmmSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Batches of command lines without a running system. */
final class BatchToolTest extends ToolTest {
    private static final int SOME = 3;

    private Outcome batch(String options, String... lines) {
        return tree.runWithInput("qvm-batch" + options, String.join("\n", lines) + "\n");
    }

    private void assertDone(String... lines) {
        assertThat(batch(" -q", lines)).isEqualTo(new Outcome(0, "", ""));
    }

    /** The batch leaves the tree as these command lines do, one after the other. */
    private void assertSameAsAlone(Path elsewhere, String... lines) {
        StoreTree other = StoreTree.small(elsewhere);
        for (String line : lines) {
            Outcome alone = other.run(List.of(line.split(" ")));
            assertThat(alone.code()).as("%s: %s", line, alone.err()).isZero();
        }
        assertDone(lines);

        assertThat(withoutUuids(tree.store())).isEqualTo(withoutUuids(other.store()));
        assertThat(withoutHistory(tree)).isEqualTo(withoutHistory(other));
    }

    /** The files but for the generations of the store, of which a batch has one and its lines alone have many. */
    private static List<String> withoutHistory(StoreTree tree) {
        return tree.files().stream()
                .filter(file -> !file.contains("/backup/generation-"))
                .toList();
    }

    private static String withoutUuids(String store) {
        return store.replaceAll("uuid=\"[^\"]*\"", "uuid=\"\"");
    }

    @Test
    void linesAreOneChange() {
        assertDone(
                "# memory of some",
                "qvm-prefs -s work memory 600",
                "",
                "[\"qvm-prefs\", \"vault\", \"memory=700\", \"vcpus=1\"]",
                "qubes-prefs updatevm sys-net");

        assertThat(tree.store())
                .isEqualTo(ExpectedStore.small()
                        .with("work", "memory", "600")
                        .with("vault", "memory", "700")
                        .with("vault", "vcpus", "1")
                        .withGlobal("updatevm", "2")
                        .text());
    }

    @Test
    void aFailureUndoesAll() {
        Outcome outcome = batch(
                "",
                "qvm-create -l red new",
                "qvm-prefs -s work memory 600",
                "",
                "qvm-prefs -s work memory lots",
                "qvm-remove vault");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("qvm-batch: line 4: qvm-prefs: ").doesNotContain("line 5");
        assertNothingChanged();
    }

    @Test
    void keepGoingLeavesOutWhatFails() {
        Outcome outcome = batch(
                " --keep-going -q",
                "qvm-prefs -s work memory 600",
                "qvm-prefs vault memory=700 vcpus=none-at-all",
                "qvm-create -l red --property netvm=nowhere new",
                "qvm-prefs -s personal memory 500");

        assertThat(outcome.code()).isEqualTo(SOME);
        assertThat(outcome.err())
                .hasLineCount(2)
                .contains("line 2: qvm-prefs: ")
                .contains("line 3: qvm-create: ");
        assertThat(tree.store())
                .isEqualTo(ExpectedStore.small()
                        .with("work", "memory", "600")
                        .with("personal", "memory", "500")
                        .text());
        assertThat(tree.exists("/var/lib/qubes/appvms/new")).isFalse();
    }

    @Test
    void anInterruptIsToldEvenIfLinesThatFailAreLeftOut() {
        VmmSource interrupted = (config, report) -> {
            throw new QubesException(ErrorKind.CANCELLED, "interrupted");
        };
        tree.on(FakeHost.ordinary(), interrupted);

        Outcome outcome = batch(" -k", "qvm-prefs -s work memory 600", "qvm-prefs -s vault label red");

        assertThat(outcome).isEqualTo(new Outcome(130, "", "qvm-batch: line 1: qvm-prefs: interrupted\n"));
        assertNothingChanged();
    }

    @Test
    void whenAllLinesFailTheCodeIsTheirs() {
        Outcome outcome = batch(" -k", "qvm-prefs -s nowhere memory 600", "qvm-remove nobody");

        assertThat(outcome.code()).isEqualTo(1);
        assertNothingChanged();
    }

    @Test
    void wrongLinesAreToldBeforeAnythingIsDone() {
        Outcome outcome = batch(
                " -k",
                "qvm-prefs -s work memory 600",
                "qvm-run work xterm",
                "qvm-nothing",
                "qvm-ls 'x",
                "qvm-prefs --no-such-option",
                "qvm-prefs --root /x work",
                "qvm-ls --help",
                "qvm-init-storage",
                "qvm-batch other");

        assertThat(outcome.code()).isEqualTo(USAGE);
        assertThat(outcome.err().lines().map(line -> line.replaceAll("^qvm-batch: line (\\d+): .*", "$1")))
                .containsExactly("2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(outcome.err())
                .contains("line 2: qvm-run cannot be in a batch")
                .contains("line 3: there is no tool 'qvm-nothing'")
                .contains("line 6: qvm-prefs: give option --root to qvm-batch itself")
                .contains("line 8: qvm-init-storage can only be the first command");
        assertNothingChanged();
    }

    @Test
    void linesThatAskSeeWhatIsPlanned() {
        Outcome outcome = batch(
                " -q",
                "qvm-prefs -s work memory 600",
                "qvm-prefs work memory",
                "qvm-create -l red new",
                "qvm-check -q new",
                "qvm-ls --raw-data name-raw memory new",
                "qvm-firewall new -P deny",
                "qvm-firewall new --raw",
                "qvm-firewall new -a 10.0.0.1 any",
                "qvm-firewall new --raw",
                "qubes-set-updates disable",
                "qubes-set-updates status",
                "qvm-remove new",
                "qvm-ls --raw-list");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).isEqualTo("""
                        600
                        new|400
                        10.0.0.1 any
                        dom0: disabled
                        vms: disabled
                        dom0
                        fedora-23
                        sys-net
                        sys-firewall
                        work
                        vault
                        win7
                        debian-8
                        personal
                        """);
    }

    @Test
    void aLineThatAsksCanEndTheBatch() {
        Outcome outcome = batch("", "qvm-prefs -s work memory 600", "qvm-check -q nowhere");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).isEqualTo("qvm-batch: line 2: qvm-check: the line ended with exit code 1\n");
        assertNothingChanged();
    }

    @Test
    void filesOfNewVms(@TempDir Path elsewhere) {
        assertSameAsAlone(
                elsewhere,
                "qvm-create -l red new",
                "qvm-firewall new -P deny",
                "qvm-prefs new label=blue autostart=true",
                "qvm-clone new copy",
                "qvm-firewall copy -a 10.0.0.1 any",
                "qvm-prefs -s new name newer",
                "qvm-prefs newer label=green",
                "qvm-firewall newer -P allow",
                "qvm-clone newer third",
                "qvm-remove copy");
    }

    @Test
    void filesOfOldVms(@TempDir Path elsewhere) {
        assertSameAsAlone(
                elsewhere,
                "qvm-prefs work label=blue",
                "qvm-prefs work label=orange",
                "qvm-firewall work -P deny",
                "qvm-firewall work -D deny",
                "qvm-prefs -s work name job",
                "qvm-prefs job label=green",
                "qvm-firewall job -P allow",
                "qvm-firewall job -D allow",
                "qvm-clone job job2",
                "qvm-remove vault",
                "qvm-create -l red vault",
                "qvm-create -l red -H --standalone hvm",
                "qvm-clone hvm hvm2");
    }

    @Test
    void templatesAndImages(@TempDir Path elsewhere) {
        tree.sparse("/var/lib/qubes/vm-templates/debian-8/root-cow.img", 3 << 20);
        StoreTree.small(elsewhere).sparse("/var/lib/qubes/vm-templates/debian-8/root-cow.img", 3 << 20);
        assertSameAsAlone(
                elsewhere,
                "qvm-clone debian-8 jessie",
                "qvm-template-commit jessie",
                "qvm-template-commit jessie",
                "qvm-clone jessie jessie2",
                "qvm-template-commit debian-8",
                "qvm-template-commit debian-8",
                "qvm-create -l red -t jessie app",
                "qvm-prefs -s jessie name stretch",
                "qubes-prefs default-template stretch");
    }

    @Test
    void whatIsMadeAndUnmadeLeavesNothing() {
        assertDone(
                "qvm-create -l red new", "qvm-firewall new -P deny", "qvm-prefs -s new name newer", "qvm-remove newer");

        assertNothingChanged();
    }

    @Test
    void dryRunShowsTheWhole() {
        Outcome outcome = batch(" --dry-run -q", "qvm-prefs -s work memory 600", "qvm-prefs -s work memory 700");

        assertThat(outcome).isEqualTo(new Outcome(0, "changed AppVM work (qid 4)\n  memory: 400 -> 700\n", ""));
        assertNothingChanged();
    }

    @Test
    void aDryLineChangesNothing() {
        Outcome outcome = batch(" -q", "qvm-prefs --dry-run -s work memory 600", "qvm-prefs work memory");

        assertThat(outcome.out()).isEqualTo("changed AppVM work (qid 4)\n  memory: 400 -> 600\n400\n");
        assertNothingChanged();
    }

    @Test
    void resultsAsJson() {
        Outcome outcome = batch(" --json", "qvm-prefs -s work memory 600", "qvm-prefs work memory", "qvm-check -q x");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("\"line\":3").contains("\"exit\":1");
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("\"type\": \"batch\"", "\"saved\": false", "\"line\": 2", "\"value\": 600");
        assertNothingChanged();
    }

    @Test
    void rootNeedsToForceItOnce() {
        assertThat(tree.runAsRoot("qvm-batch").err()).contains("refused to run as root");
    }

    @Test
    void aFileCanBeNamed(@TempDir Path elsewhere) throws Exception {
        Path file = Files.writeString(elsewhere.resolve("a.batch"), "qvm-prefs work memory\n");

        assertPrints("qvm-batch " + file, "400\n");
        assertThat(tree.run("qvm-batch " + elsewhere.resolve("none")).err())
                .contains("none: no such file")
                .hasLineCount(1);
    }

    @Test
    void theExampleOfAnInstaller(@TempDir Path elsewhere) throws Exception {
        StoreTree fresh = StoreTree.empty(elsewhere);
        fresh.sparse("/var/lib/qubes/vm-templates/fedora-23/root.img", 3 << 20);
        fresh.sparse("/var/lib/qubes/vm-templates/fedora-23/private.img", 2 << 20);
        fresh.write("/var/lib/qubes/vm-kernels/4.4.14-11/vmlinuz", "v");
        fresh.write("/var/lib/qubes/vm-kernels/4.4.14-11/initramfs", "i");
        String example = Files.readString(ProjectFiles.root().resolve("docs/post-install.batch"));

        Outcome broken = fresh.runWithInput("qvm-batch", example + "qvm-remove nobody\n");
        assertThat(broken.code()).isEqualTo(1);
        assertThat(fresh.exists("/var/lib/qubes/qubes.xml")).isFalse();
        assertThat(fresh.exists("/var/lib/qubes/appvms")).isFalse();

        assertThat(fresh.runWithInput("qvm-batch --dry-run -q", example).code()).isZero();
        assertThat(fresh.exists("/var/lib/qubes/appvms")).isFalse();

        assertThat(fresh.runWithInput("qvm-batch -q", example)).isEqualTo(new Outcome(0, "", ""));
        assertThat(fresh.run("qvm-ls --raw-data name-raw netvm label").out())
                .contains("work|*sys-firewall|blue", "vault|-|black", "sys-net|n/a|red");
        assertThat(fresh.run("qvm-firewall work --raw").out()).isEqualTo("10.0.0.0/8 any\n192.0.2.10 tcp 443\n");
        assertThat(fresh.run("qubes-prefs default-netvm").out()).isEqualTo("sys-firewall\n");

        Outcome again = fresh.runWithInput("qvm-batch", example);
        assertThat(again.err()).contains("exists already").hasLineCount(1);
    }
}
