package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.LiveHost;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.runtime.Programs;

/** {@code qvm-revert-template-changes} on a small store, the device-mapper in memory; a real one: {@link RealMergeIT}. */
final class RevertToolTest extends LiveTest {
    private static final String DIRECTORY = "/var/lib/qubes/vm-templates/fedora-23/";
    private static final String REVERT = "qvm-revert-template-changes fedora-23";
    private static final String FORCED = "qvm-revert-template-changes --force fedora-23";

    private Path old;
    private Path changes;
    private String name;

    @BeforeEach
    void makeStores() throws IOException {
        host.asRoot();
        tree.write(DIRECTORY + "root-cow.img.old", "SnAp older");
        tree.sparse(DIRECTORY + "root-cow.img", 3 << 20);
        old = tree.path(DIRECTORY + "root-cow.img.old");
        changes = tree.path(DIRECTORY + "root-cow.img");
        Path root = tree.path(DIRECTORY + "root.img");
        name = Long.toHexString((long) Files.getAttribute(root, "unix:dev")) + ":"
                + Files.getAttribute(root, "unix:ino");
        services.programs("dmsetup info qubes-revert-", new Programs.Outcome(1, "", "Device does not exist."))
                .programs("losetup --find --show " + root, printed("/dev/loop3\n"))
                .programs("losetup --find --show", printed("/dev/loop4\n"))
                .programs(
                        "dmsetup status",
                        printed("0 6144 snapshot-merge 96/6144 16\n"),
                        printed("0 6144 snapshot-merge 16/6144 16\n"));
    }

    private static Programs.Outcome printed(String text) {
        return new Programs.Outcome(0, text, "");
    }

    private void assertUntouched(Outcome outcome, int code, String message) throws IOException {
        assertThat(outcome.code()).isEqualTo(code);
        assertThat(outcome.err()).contains(message).hasLineCount(1);
        assertThat(old).hasContent("SnAp older");
        assertThat(Files.size(changes)).isEqualTo(3 << 20);
        assertThat(steps).noneMatch(step -> step.contains("create"));
    }

    @Test
    void theDeviceMapperMergesAndTheOldStoreTakesThePlaceOfTheNew() {
        assertDone(FORCED);

        assertThat(changes).hasContent("SnAp older");
        assertThat(old).doesNotExist();
        assertThat(steps)
                .containsSubsequence(
                        "exec dmsetup version",
                        "exec dmsetup create qubes-revert-" + name
                                + " --table 0 6144 snapshot-merge /dev/loop3 /dev/loop4 P 256",
                        "exec dmsetup status qubes-revert-" + name,
                        "exec dmsetup status qubes-revert-" + name,
                        "exec dmsetup remove --retry qubes-revert-" + name,
                        "exec losetup --detach /dev/loop4",
                        "exec losetup --detach /dev/loop3");
    }

    @Test
    void whatWasNeverCommittedGoesFirst() throws IOException {
        Files.writeString(changes, "SnAp newer");

        assertDone(FORCED);

        assertThat(steps.stream().filter(step -> step.startsWith("exec losetup --find")))
                .hasSize(4)
                .element(1)
                .asString()
                .endsWith("root-cow.img");
        assertThat(changes).hasContent("SnAp older");
    }

    @Test
    void itAsksFirst() throws IOException {
        Outcome no = tree.runWithInput(REVERT, "n\n");
        assertUntouched(no, 0, "will be lost. Go on? [y/N] ");

        Outcome yes = tree.runWithInput(REVERT, "Y\n");
        assertThat(yes.code()).isZero();
        assertThat(old).doesNotExist();
    }

    @Test
    void aDryRunOnlyLooks() throws IOException {
        Outcome outcome = run("qvm-revert-template-changes --dry-run fedora-23");

        assertThat(outcome.out()).contains("would be taken back").hasLineCount(1);
        assertThat(old).exists();
        assertThat(steps).noneMatch(step -> step.contains("create"));
    }

    @Test
    void whatCannotBeIsRefusedBeforeTheQuestion() throws IOException {
        assertUntouched(run("qvm-revert-template-changes work"), 1, "is no template");
        assertUntouched(run("qvm-revert-template-changes nosuch"), 1, "nosuch");
        assertUntouched(run("qvm-revert-template-changes debian-8"), 1, "has no root-cow.img.old");
        assertUntouched(run("qvm-revert-template-changes"), 2, "");
        assertUntouched(run(REVERT + " --offline-mode"), 14, "offline");
        runs("work", 5);
        assertUntouched(run(REVERT), 1, "VM 'work', which is based on it, is running");
        runs("fedora-23", 6);
        assertUntouched(run(REVERT), 1, "VM 'fedora-23' is running");
    }

    @Test
    void anotherUserMayNot() throws IOException {
        tree.on(new LiveHost(services), vmm);

        assertUntouched(run(FORCED), 1, "only root");
        assertUntouched(run("qvm-revert-template-changes"), 2, "");
    }

    @Test
    void withoutADeviceMapperNothingIsDone() throws IOException {
        services.programs("dmsetup version", new Programs.Outcome(1, "", "/dev/mapper/control: open failed\n"));

        assertUntouched(run(FORCED), 1, "no device-mapper that could be used: dmsetup ended with status 1");
    }

    @Test
    void aSnapshotOfTheRootImageIsInTheWay() throws IOException {
        services.programs("dmsetup info -c", printed("other\nsnapshot-" + name + "-fd01:77\n"));

        assertUntouched(run(FORCED), 1, "in use by device snapshot-" + name);
    }

    @Test
    void whereNothingWasNotedNothingCanBeTakenBack() throws IOException {
        Files.writeString(old, "\0\0\0\0");
        Outcome outcome = run(FORCED);

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("no change of template 'fedora-23' was noted")
                .hasLineCount(1);
    }

    @Test
    void aMergeThatFailsLeavesItsStoreForTheNextTry() throws IOException {
        services.programs("dmsetup status", printed("0 6144 snapshot-merge Merge failed\n"));

        Outcome outcome = run(FORCED);

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("between two states", "Merge failed").hasLineCount(1);
        assertThat(old).hasContent("SnAp older");
        assertThat(steps).endsWith("exec losetup --detach /dev/loop4", "exec losetup --detach /dev/loop3");

        services.programs("dmsetup status", printed("0 6144 snapshot-merge 16/6144 16\n"))
                .programs("dmsetup info qubes-revert-", printed("Name: qubes-revert"))
                .programs("losetup --associated", printed("/dev/loop7: [0042]:123 (/x/root.img)\n"));
        assertDone(FORCED);
        assertThat(steps).contains("exec losetup --detach /dev/loop7");
    }
}
