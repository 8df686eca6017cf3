package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;

/** Damaged backups, verification, paranoid mode, and what killed restores leave. */
final class RestoreDamageTest {
    private static final String NO_HOME = "--skip-dom0-home --ignore-missing";
    private static final String LEFT = "/var/lib/qubes/.qvm-restore-0123456789abcdef";

    @TempDir
    private Path directory;

    private RestoreTree host;
    private StoreTree tree;
    private List<String> before;

    @BeforeEach
    void makeTree() {
        host = new RestoreTree(directory);
        tree = host.tree;
        before = tree.files();
    }

    private void assertNothingChanged() {
        assertThat(tree.files()).isEqualTo(before);
    }

    @Test
    void aBadChunkFailsItsVmAlone() {
        Path damaged = host.damaged("v3-plain", "appvms/personal/private.img.001", false);

        Outcome outcome = host.restore(damaged, NO_HOME);

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err())
                .contains("VM 'personal', file appvms/personal/private.img, chunk 1:", "2 of 3 were restored");
        assertThat(outcome.out())
                .contains("restored:     work\n", "failed:       personal: ", "lost:         personal: all of it");
        assertThat(host.vms()).containsExactlyInAnyOrder("fedora-23", "work");
        assertThat(tree.exists("/var/lib/qubes/appvms/personal")).isFalse();
    }

    @Test
    void theReportIsCompleteInJson() {
        Path damaged = host.damaged("v3-plain", "appvms/personal/private.img.001", false);

        Outcome outcome = host.restore(damaged, NO_HOME + " --json");

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.out().replaceAll("\\s+", ""))
                .contains("\"type\":\"restore\"", "\"verify_only\":false", "\"ok\":false")
                .contains("\"status\":\"failed\",\"file\":\"appvms/personal/private.img\",\"chunk\":1,\"problem\":")
                .contains("\"status\":\"restored\"");
    }

    @Test
    void withoutItsTemplateNoVmIsRestored() {
        Path damaged = host.damaged("v3-plain", "vm-templates/fedora-23/..000", false);

        Outcome outcome = host.restore(damaged, NO_HOME);

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(13);
        assertThat(outcome.err()).contains("VM 'work' cannot be restored: its template 'fedora-23' was not");
        assertThat(host.vms()).isEmpty();
        assertNothingChanged();
    }

    @Test
    void aFailedNetvmBecomesNoneAndIsNamed() {
        Path damaged = host.damaged("v4-from-r3", "vm3/private.img.000.enc", false);

        Outcome outcome = host.restore(damaged, NO_HOME);

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err()).contains("VM 'win7' has no network: its netvm 'sys-firewall' was not restored");
        assertThat(host.property("win7", "netvm")).isEmpty();
    }

    @Test
    void anArchiveThatEndsEarlyGivesWhatIsWhole() {
        Path cut = host.damaged("v3-plain", "appvms/work/firewall.xml.000", true);

        Outcome outcome = host.restore(cut, "--skip-dom0-home --ignore-missing --map-template fedora-23:t");

        assertThat(outcome.code()).isEqualTo(1);
        assertNothingChanged();
        assertThat(host.restore(cut, "--skip-dom0-home --ignore-missing").code())
                .isEqualTo(13);
        assertNothingChanged();
    }

    @Test
    void aVerificationProvesAllAndWritesNothing() {
        Outcome good = host.restore("v3-plain", "--verify-only");
        Outcome one = host.restore("v4-from-r3", "--verify-only work");

        assertThat(good.code()).as(good.err()).isZero();
        assertThat(good.out())
                .contains("work: verified, ", "verified:     work\n", "verified:     home of dom0\n", "\ndone\n");
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(one.out()).contains("verified:     work\n").doesNotContain("verified:     vault");
        assertNothingChanged();
    }

    @Test
    void aVerificationFindsDamage() {
        Path damaged = host.damaged("v3-plain", "dom0-home/user.000", false);

        Outcome outcome = host.restore(damaged, "--verify-only");

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err()).contains("the home of dom0, file dom0-home/user, chunk 0");
        assertThat(outcome.out()).contains("NOT verified: home of dom0", "verified:     work\n");
        assertNothingChanged();
    }

    @Test
    void aWrongPassphraseChangesNothing() throws IOException {
        Files.writeString(directory.resolve("passphrase"), "wrong\n");

        assertThat(host.restore("v3-plain", NO_HOME).code()).isEqualTo(12);
        assertNothingChanged();
    }

    @Test
    void paranoidModeLeavesOutWhatCanHarm() {
        Outcome outcome = host.restore("v3-plain", "--plan-b --ignore-missing");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("the home of dom0 is left out in paranoid mode");
        assertThat(outcome.out()).contains("lost:         work: its firewall rules");
        assertThat(tree.exists("/var/lib/qubes/appvms/work/private.img")).isTrue();
        assertThat(tree.exists("/var/lib/qubes/appvms/work/firewall.xml")).isFalse();
        assertThat(tree.exists("/var/lib/qubes/vm-templates/fedora-23/apps.templates"))
                .isFalse();
        assertThat(tree.read("/home/user/notes.txt")).isEqualTo("old\n");
    }

    @Test
    void paranoidModeRefusesWhatNeedsMorePrograms() {
        assertThat(host.restore("v3-encrypted-gzip", "--paranoid-mode --ignore-missing")
                        .err())
                .contains("backups without compression");
        assertThat(host.restore("v4-gzip", "--paranoid-mode --ignore-missing").err())
                .contains("backups of format 3");
        assertNothingChanged();
    }

    @Test
    void whatAKilledRestoreLeftIsToldAndCleared() {
        tree.write(LEFT + "/0/tree/private.img", "half");
        tree.write(LEFT + ".lock", "");

        Outcome dry = host.restore("v3-plain", NO_HOME + " --dry-run");
        assertThat(dry.err()).contains("an interrupted restore left " + LEFT);
        assertThat(tree.exists(LEFT)).isTrue();

        Outcome outcome = host.restore("v3-plain", NO_HOME);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("an interrupted restore had left " + LEFT + "; it is cleared now");
        assertThat(tree.files()).noneMatch(file -> file.contains(".qvm-restore-"));
    }

    @Test
    void whatARunningRestoreUsesIsNotCleared() throws IOException {
        tree.write(LEFT + "/0/tree/private.img", "half");
        tree.write(LEFT + ".lock", "");

        try (FileChannel other = FileChannel.open(tree.path(LEFT + ".lock"), StandardOpenOption.WRITE);
                FileLock lock = other.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(host.restore("v3-plain", NO_HOME).code()).isZero();
        }

        assertThat(tree.exists(LEFT + "/0/tree/private.img")).isTrue();
    }
}
