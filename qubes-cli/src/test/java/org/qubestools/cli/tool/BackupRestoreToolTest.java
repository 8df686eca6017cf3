package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;

/** Which VMs are restored, under which names, with which templates and netvms, and what is said about it. */
final class BackupRestoreToolTest {
    private static final String NO_HOME = "--skip-dom0-home --ignore-missing";

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
    void vmsAreRestoredWithTheirProperties() {
        Outcome outcome = host.restore("v3-plain", NO_HOME);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("restored:     work\n", "\ndone\n");
        assertThat(host.vms()).containsExactlyInAnyOrder("fedora-23", "work", "personal");
        assertThat(host.property("work", "template")).isEqualTo("fedora-23");
        assertThat(host.property("work", "label")).isEqualTo("blue");
        assertThat(tree.run("qvm-check work personal fedora-23").code()).isZero();
        assertThat(tree.exists("/var/lib/qubes/appvms/work/volatile.img")).isTrue();
        assertThat(Files.isSymbolicLink(tree.path("/var/lib/qubes/appvms/work/icon.png")))
                .isTrue();
        assertThat(tree.exists("/var/lib/qubes/appvms/work/whitelisted-appmenus.list"))
                .isTrue();
    }

    @Test
    void aMissingNetvmWithoutAnOptionStopsBeforeAnyChange() {
        Outcome outcome = host.restore("v3-plain", "--skip-dom0-home");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("netvm 'sys-firewall'", "--map-netvm", "there are conflicts");
        assertThat(outcome.out()).contains("No matching netvm");
        assertNothingChanged();
    }

    @Test
    void whatIsBrokenCanBeLeftOut() {
        Outcome outcome = host.restore("v3-plain", "--skip-dom0-home --skip-broken");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("left out:     work\n");
        assertThat(host.vms()).containsExactlyInAnyOrder("fedora-23", "personal");
    }

    @Test
    void aSecondRestoreConflictsAndChangesNothing() {
        host.restore("v3-plain", NO_HOME);
        before = tree.files();

        Outcome again = host.restore("v3-plain", NO_HOME);

        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("the name 'work' is taken", "--rename-conflicting");
        assertNothingChanged();
    }

    @Test
    void conflictingVmsAreLeftOutOrRenamed() {
        host.restore("v3-plain", NO_HOME + " work fedora-23");

        Outcome skipping = host.restore("v3-plain", NO_HOME + " --skip-conflicting");
        Outcome renaming = host.restore("v3-plain", NO_HOME + " --rename-conflicting");

        assertThat(skipping.code()).as(skipping.err()).isZero();
        assertThat(skipping.out()).contains("restored:     personal\n", "left out:     work\n");
        assertThat(renaming.code()).as(renaming.err()).isZero();
        assertThat(renaming.out()).contains("restored:     work as work1\n");
        assertThat(host.vms())
                .containsExactlyInAnyOrder("fedora-23", "work", "personal", "fedora-231", "work1", "personal1");
        assertThat(host.property("work1", "template")).isEqualTo("fedora-231");
        assertThat(tree.exists("/var/lib/qubes/appvms/work1/private.img")).isTrue();
    }

    @Test
    void vmsGetOtherNamesAndOtherTemplates() {
        host.restore("v3-plain", NO_HOME + " fedora-23");

        Outcome outcome = host.restore(
                "v3-plain",
                "--rename work=office --prefix old- --map-template fedora-23:old-fedora-23 --map-netvm "
                        + "sys-firewall:none --skip-dom0-home");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(host.vms()).containsExactlyInAnyOrder("fedora-23", "old-fedora-23", "office", "old-personal");
        assertThat(host.property("office", "template")).isEqualTo("old-fedora-23");
        assertThat(host.property("office", "netvm")).isEmpty();
    }

    @Test
    void excludedVmsAreLeftOut() {
        Outcome outcome = host.restore("v3-plain", NO_HOME + " -x work --exclude personal");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(host.vms()).containsExactly("fedora-23");
    }

    @Test
    void aTemplateThatIsNowhereStops() {
        Outcome outcome = host.restore("v3-plain", "--skip-dom0-home personal");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("its template 'fedora-23' is neither on this host nor");
        assertNothingChanged();
    }

    @Test
    void aReferenceToAVmThatComesLaterIsSetAtTheEnd() {
        Outcome outcome = host.restore("v4-from-r3", "--skip-dom0-home --ignore-missing");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(host.property("win7", "netvm")).isEqualTo("sys-firewall");
        assertThat(tree.read("/var/lib/qubes/appvms/work/firewall.xml")).contains("<QubesFirewallRules");
    }

    @Test
    void aDryRunShowsThePlanAndChangesNothing() {
        Outcome text = host.restore("v3-plain", NO_HOME + " --dry-run");
        Outcome json = host.restore("v3-plain", NO_HOME + " --dry-run --json");

        assertThat(text.code()).isZero();
        assertThat(text.out()).contains("[fedora-23] |  Tpl |", "work: restored, 32.0 KiB", "in all 112.0 KiB");
        assertThat(json.code()).isZero();
        assertThat(json.out()).contains("\"restore-plan\"", "\"new_name\"", "\"original_netvm\"", "\"conflicts\"");
        assertNothingChanged();
    }

    @Test
    void withoutAPassphraseOptionItAsks() throws IOException {
        String v1 = directory.resolve("v1").toString();
        Files.createDirectories(Path.of(v1, "appvms/work"));
        Files.createDirectories(Path.of(v1, "vm-templates/t"));
        Files.writeString(Path.of(v1, "appvms/work/private.img"), "p");
        Files.writeString(Path.of(v1, "vm-templates/t/private.img"), "p");
        Files.writeString(Path.of(v1, "vm-templates/t/root.img"), "r");
        Files.writeString(
                Path.of(v1, "qubes.xml"),
                "<QubesVmCollection><QubesTemplateVm qid=\"1\" name=\"t\" dir_path=\"/var/lib/qubes/vm-templates/t\"/>"
                        + "<QubesAppVm qid=\"2\" name=\"work\" template_qid=\"1\" uses_default_netvm=\"True\" "
                        + "dir_path=\"/var/lib/qubes/appvms/work\"/></QubesVmCollection>");
        ToolRunner runner =
                new ToolRunner().environment("QUBES_ROOT", tree.path("/").toString());

        Outcome no = runner.run("qvm-backup-restore " + v1);
        assertThat(no.code()).as(no.err()).isZero();
        assertThat(no.err()).contains("[y/N]", "nothing was restored", "not authenticated");
        assertNothingChanged();

        Outcome yes = runner.input("y\n".getBytes(StandardCharsets.US_ASCII)).run("qvm-backup-restore " + v1);
        assertThat(yes.code()).as(yes.err()).isZero();
        assertThat(host.vms()).containsExactlyInAnyOrder("t", "work");
    }

    @Test
    void aDirectoryInTheWayIsMovedAside() {
        tree.write("/var/lib/qubes/appvms/work/treasure", "gold");

        Outcome outcome = host.restore("v3-plain", NO_HOME);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("/var/lib/qubes/appvms/work was in the way and is");
        assertThat(tree.files())
                .anyMatch(file -> file.matches("/var/lib/qubes/appvms/work\\.old-[0-9a-f]{8}/treasure 4"));
    }

    @Test
    void anUnknownPoolOrARootUserStops() {
        Outcome pool = host.restore("v3-plain", NO_HOME + " --target-pool nowhere");
        Outcome root = tree.runAsRoot("qvm-backup-restore " + host.sample("v3-plain"));

        assertThat(pool.code()).isEqualTo(1);
        assertThat(pool.err()).contains("there is no storage pool 'nowhere'");
        assertThat(root.code()).isEqualTo(1);
        assertThat(root.err()).contains("refused to run as root");
        assertNothingChanged();
    }

    @Test
    void aNameThatIsNotInTheBackupStops() {
        Outcome outcome = host.restore("v3-plain", NO_HOME + " nobody");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("the backup holds no VM 'nobody'");
        assertNothingChanged();
    }
}
