package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.io.DiskUsage;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.vmm.FakeVmm;

/** Backups made by command lines. */
@Timeout(120)
final class BackupToolTest {
    private static final int USAGE = 2;

    private BackupWorld world;

    @BeforeEach
    void makeWorld(@TempDir Path directory) throws IOException {
        world = BackupWorld.in(directory);
    }

    private void assertRefused(Outcome outcome, int code, String message) {
        assertThat(outcome.err()).contains(message);
        assertThat(outcome.code()).isEqualTo(code);
        assertThat(world.backups()).isEmpty();
        assertThat(world.tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void intoADirectoryUnderTheNameOfItsTime() {
        Outcome outcome = world.backup(world.to());

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err())
                .isEqualTo("qvm-backup: the backup is complete: " + world.target.resolve(BackupWorld.FILE) + "\n");
        assertThat(world.backups()).containsExactly(BackupWorld.FILE);
        assertThat(world.extracted())
                .containsEntry("vm4/private.img", "work data\n")
                .containsEntry("dom0-home/joanna/notes", "my notes\n")
                .containsKeys("qubes.xml", "vm2/private.img", "vm3/firewall.xml", "vm6/root.img", "vm9/private.img")
                .doesNotContainKeys("vm1/root.img", "vm4/root.img", "vm4/volatile.img");
    }

    @Test
    void twoInTheSameSecondDoNotReplaceEachOther() {
        Outcome first = world.backup(world.to(), "work");
        Outcome second = world.backup("--json", world.to(), "vault");

        assertThat(List.of(first.code(), second.code())).as(second.err()).containsOnly(0);
        assertThat(world.backups()).containsExactly(BackupWorld.FILE, BackupWorld.FILE + "-2");
        assertThat(second.out()).contains(BackupWorld.FILE + "-2\"");
        assertThat(world.extracted(world.target.resolve(BackupWorld.FILE))).containsKey("vm4/private.img");
        assertThat(world.extracted(world.target.resolve(BackupWorld.FILE + "-2")))
                .doesNotContainKey("vm4/private.img");
    }

    @Test
    void intoAFile() {
        assertThat(world.backup3(world.to() + "/mine", "work").code()).isZero();

        assertThat(world.backups()).containsExactly("mine");
        assertThat(world.extracted().keySet())
                .containsExactly("appvms/work/firewall.xml", "appvms/work/private.img", "qubes.xml");
    }

    @Test
    void encryptedFormat3HidesNames() {
        assertThat(world.backup3("-e", "-z", world.to() + "/mine", "work", "fedora-23")
                        .code())
                .isZero();

        assertThat(world.extracted().keySet()).contains("vm4/private.img", "vm1/root.img", "vm1/volatile.img");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--format 3", "--format 3 -e", "--format 3 -z", "-E aes-128-ctr -Z xz", "-H sha256 -Z bzip2",
                "--no-encrypt", "-Z none --scrypt-cost 10", "-Z gzip --level 9 --scrypt-cost 10",
                        "-Z zstd --level 19 --scrypt-cost 10", "-Z lzma --scrypt-cost 10",
                "--format 3 -Z pigz --level 1"
            })
    void everyWayToWriteIsReadAgain(String options) {
        String line = "qvm-backup -p " + world.passphrase + " " + options + " " + world.to() + "/mine work";

        Outcome outcome = world.runner().run(line);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(world.extracted()).containsValue("work data\n");
    }

    @Test
    void ontoStandardOutput() throws IOException {
        ToolRunner runner = world.runner();
        Outcome outcome = runner.run("qvm-backup -p " + world.passphrase + " --format 3 - work");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("|         type |").endsWith("the backup is complete: standard output\n");
        Path archive = Files.write(world.target.resolve("piped"), runner.output());
        assertThat(world.extracted(archive)).containsEntry("appvms/work/private.img", "work data\n");
    }

    @Test
    void intoACommand() {
        Path stored = world.target.resolve("stored");

        assertThat(world.backup3("--to-command", "sleep 0.1; cat > '" + stored + "'", "work")
                        .code())
                .isZero();

        assertThat(world.extracted()).containsEntry("appvms/work/private.img", "work data\n");
    }

    @Test
    void aCommandThatFailsFailsTheBackup() {
        Outcome outcome = world.backup3("--to-command", "cat >/dev/null; echo no room >&2; exit 3", "work");

        assertRefused(outcome, 1, "failed with status 3 after it had the whole backup: no room");
    }

    @Test
    void vmsCanBeLeftOut() {
        assertThat(world.backup("-x", "dom0", "--exclude", "work", world.to()).code())
                .isZero();

        assertThat(world.extracted().keySet())
                .noneMatch(path -> path.startsWith("vm4/") || path.startsWith("dom0-home"))
                .contains("vm5/private.img");
    }

    @Test
    void aNamedVmThatIsNotThereIsRefused() {
        assertRefused(world.backup(world.to(), "work", "nobody"), 1, "nobody");
    }

    @Test
    void rootIsRefusedAfterWrongUseAndBeforeTheStore() throws IOException {
        Files.delete(world.tree.path("/var/lib/qubes/qubes.xml"));

        assertThat(world.tree
                        .runAsRoot("qvm-backup --format 4 -E aes-256-cbc x")
                        .code())
                .isEqualTo(2);
        assertThat(world.tree.runAsRoot("qvm-backup " + world.to()).err()).contains("refused to run as root");
        assertThat(world.tree.runAsRoot("qvm-backup --force-root " + world.to()).code())
                .isEqualTo(10);
    }

    @Test
    void theTargetMustBeNamed() {
        assertRefused(world.backup(), USAGE, "name where the backup goes");
        assertRefused(world.backup("", "work"), USAGE, "name where the backup goes");
        assertRefused(world.backup("--to-command", "cat", "-d", "sys-net"), USAGE, "exclude each other");
    }

    @Test
    void aRunningVmIsShownAndRefused() {
        FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4))
                .running("work", ExpectedStore.small().value("work", "uuid"), 7, 1000);
        Outcome outcome = world.runner()
                .environment("QUBES_LIBVIRT_URI", "test:///default")
                .vmm(vmm)
                .run("qvm-backup -p " + world.passphrase + " " + world.to() + " work vault");

        assertThat(outcome.out())
                .contains("work |        AppVM |      8.0 KiB | <-- The VM is running, please shut it down");
        assertRefused(outcome, 1, "VMs of the backup are running: 'work'");
    }

    @Test
    void theSummaryIsThatOfTheOriginal() {
        Path small = world.tree.path("/home/joanna/notes");
        assumeThat(DiskUsage.ofFiles(List.of(small)).get(small).allocated()).isEqualTo(4096);

        Outcome outcome = world.backup(world.to(), "work", "sys-net", "win7", "fedora-23", "dom0");

        assertThat(outcome.out()).isEqualTo("""
                ------------------+--------------+--------------+
                               VM |         type |         size |
                ------------------+--------------+--------------+
                          sys-net |        NetVM |      4.0 KiB |
                             win7 |  AppVM + Sys |      4.0 KiB |
                             work |        AppVM |      8.0 KiB |
                        fedora-23 |  Template VM |      4.0 KiB |
                             Dom0 |    User home |      8.0 KiB |
                ------------------+--------------+--------------+
                      Total size: |                    36.0 KiB |
                ------------------+--------------+--------------+
                VMs not selected for backup:
                debian-8
                personal
                sys-firewall
                vault
                """);
    }

    @Test
    void aDryRunWritesNothing() {
        Outcome outcome = world.backup("--dry-run", world.to(), "work");

        assertRefused(outcome, 0, "");
        assertThat(outcome.out()).contains("Total size:");
    }

    @Test
    void withJsonTheResultAndProgressAreObjects() {
        assertThat(world.backup("--json", "--dry-run", world.to(), "work").out())
                .contains("\"type\": \"backup-plan\"");

        Outcome outcome = world.backup("--json", world.to(), "work");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).contains("\"type\": \"backup\"").contains("\"path\": \"vm4\"");
        assertThat(outcome.err().lines())
                .allMatch(line -> line.startsWith("{") && line.endsWith("}"))
                .anyMatch(line -> line.contains("\"progress\""));
    }

    @Test
    void aSecondBackupIntoTheSameDirectoryTellsOfOneThatWasKilled() throws IOException {
        Path left = Files.createFile(world.target.resolve("qubes-2016-02-01T120000.qvm-0123456789abcdef"));

        Outcome outcome = world.backup(world.to(), "work");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("warning: " + left + " is a backup that was not finished");
        assertThat(left).exists();
    }

    @Test
    void quietSaysNothing() {
        assertThat(world.backup("-q", world.to(), "work").err()).isEmpty();
    }
}
