package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner.Outcome;

/** What the store says about its last backup, and that it says nothing about one that failed. */
@Timeout(120)
final class BackupMarksTest {
    private BackupWorld world;

    @BeforeEach
    void makeWorld(@TempDir Path directory) throws IOException {
        world = BackupWorld.in(directory);
    }

    private List<String> marks(String vm) {
        ExpectedStore store = new ExpectedStore(world.tree.store());
        List<String> marks = new ArrayList<>();
        for (String name : List.of("backup_content", "backup_path", "backup_size")) {
            marks.add(store.value(vm, name));
        }
        if (store.element(vm).contains("backup_timestamp")) {
            marks.add(store.value(vm, "backup_timestamp"));
        }
        return marks;
    }

    @Test
    void aBackupMarksItsVms() throws IOException {
        Files.write(world.tree.path("/var/lib/qubes/appvms/work/private.img"), new byte[50_000]);

        assertThat(world.backup3(world.to(), "work", "dom0").code()).isZero();

        List<String> work = marks("work");
        assertThat(work.get(0)).isEqualTo("True");
        assertThat(work.get(1)).isEqualTo("appvms/work");
        assertThat(Long.parseLong(work.get(2))).isGreaterThanOrEqualTo(50_000);
        assertThat(work.get(3)).isEqualTo("1456833600");
        assertThat(marks("dom0").get(1)).isEqualTo("dom0-home/joanna");
        assertThat(marks("vault")).containsExactly("False", "", "0");
    }

    @Test
    void theNextBackupTakesTheMarksOfOthersAway() {
        assertThat(world.backup3(world.to() + "/1", "work", "vault").code()).isZero();
        assertThat(world.backup(world.to() + "/2", "vault").code()).isZero();

        assertThat(marks("work")).startsWith("False", "appvms/work").hasSize(4);
        assertThat(marks("vault")).startsWith("True", "vm5").hasSize(4);
    }

    @Test
    void nothingElseOfTheStoreChanges() {
        assertThat(world.backup(world.to(), "work").code()).isZero();

        String without = world.tree
                .store()
                .replace(" backup_timestamp=\"1456833600\"", "")
                .replaceFirst(
                        "backup_content=\"True\" backup_path=\"vm4\" backup_size=\"[0-9]+\"",
                        "backup_content=\"False\" backup_path=\"\" backup_size=\"0\"");
        assertThat(without).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void theStoreInTheBackupHasTheMarksButNotTheTime() throws IOException {
        assertThat(world.backup3(world.to() + "/1", "work").code()).isZero();

        Path to = Files.createDirectory(world.target.resolve("x"));
        assertThat(world.runner()
                        .run("qubes-backup extract -p " + world.passphrase + " " + world.to() + "/1 " + to
                                + " qubes.xml")
                        .code())
                .isZero();
        ExpectedStore stored = new ExpectedStore(Files.readString(to.resolve("qubes.xml")));
        assertThat(stored.value("work", "backup_path")).isEqualTo("appvms/work");
        assertThat(stored.element("work")).doesNotContain("backup_timestamp");
    }

    private void assertFailed(Outcome outcome, String message) {
        assertThat(outcome.err()).contains(message).doesNotContain("internal error");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(world.backups()).isEmpty();
        assertThat(world.tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format 3", "-Z zstd", "--format 3 -Z cat"})
    void aFullDiskIsToldAndMarksNothing(String options) throws IOException {
        Files.write(world.tree.path("/var/lib/qubes/appvms/work/private.img"), new byte[20_000_000]);

        assertFailed(
                world.runner().run("qvm-backup -p " + world.passphrase + " " + options + " /dev/full work"),
                "writing to /dev/full failed: No space left on device; make room there");
    }

    @Test
    void aDirectoryThatIsNotThereIsToldBeforeThePassphraseIsAsked() {
        assertFailed(
                world.runner().run("qvm-backup " + world.to() + "/no/mine work"),
                "there is no directory " + world.to() + "/no to write the backup into");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsTold() {
        assertFailed(world.backup("/proc/backup", "work"), "cannot write /proc/backup");
    }

    @Test
    void aFileThatIsNotThereIsTold() throws IOException {
        Files.delete(world.tree.path("/var/lib/qubes/appvms/work/private.img"));

        assertFailed(world.backup(world.to(), "work"), "private.img");
    }

    @Test
    void aDamagedFirewallIsTold() {
        world.tree.write("/var/lib/qubes/appvms/work/firewall.xml", "<nothing");

        assertFailed(world.backup(world.to(), "work"), "firewall.xml");
    }

    @Test
    void aFilterThatIsNotThereIsTold() {
        assertFailed(world.backup("-Z", "no-such-filter", world.to(), "work"), "cannot run no-such-filter");
    }

    @Test
    void aFilterThatFailsIsTold() {
        assertFailed(world.backup("-Z", "false", world.to(), "work"), "the filter false failed with status 1");
    }
}
