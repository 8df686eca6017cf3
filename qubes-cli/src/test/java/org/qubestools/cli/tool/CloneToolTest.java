package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class CloneToolTest extends ToolTest {
    private ExpectedStore cloned(String commandLine) {
        Outcome outcome = tree.run(commandLine);
        assertThat(outcome).isEqualTo(new Outcome(0, "", outcome.err()));
        return new ExpectedStore(tree.store());
    }

    @Test
    void nothingElseOfTheStoreChanges() {
        assertThat(cloned("qvm-clone -q personal new").without("new").text()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void propertiesAreCopied() {
        ExpectedStore now = cloned("qvm-clone -q personal new");

        assertThat(now.element("new")).startsWith("<QubesAppVm ");
        assertThat(now.value("new", "memory")).isEqualTo("1000");
        assertThat(now.value("new", "label")).isEqualTo("yellow");
        assertThat(now.value("new", "template_qid")).isEqualTo("8");
        assertThat(now.value("new", "services")).isEqualTo("{'meminfo-writer': True, 'cups': False}");
        assertThat(now.value("new", "qid")).isEqualTo("7");
        assertThat(now.value("new", "uuid")).isNotEqualTo(now.value("personal", "uuid"));
    }

    @Test
    void whatBelongsToTheSourceAloneIsNot() {
        tree.run("qvm-prefs personal debug=on internal=on autostart=on");

        ExpectedStore now = cloned("qvm-clone -q personal new");

        assertThat(now.value("new", "debug")).isEqualTo("False");
        assertThat(now.value("new", "internal")).isEqualTo("False");
        assertThat(now.value("new", "autostart")).isEqualTo("False");
    }

    @Test
    void theFilesOfAnAppVm() {
        cloned("qvm-clone -q personal new");

        assertThat(tree.files())
                .filteredOn(file -> file.startsWith("/var/lib/qubes/appvms/new/"))
                .satisfiesExactly(
                        file -> assertThat(file).startsWith("/var/lib/qubes/appvms/new/firewall.xml "),
                        file -> assertThat(file).endsWith("appvm-yellow.png"),
                        file -> assertThat(file).isEqualTo("/var/lib/qubes/appvms/new/private.img " + (2 << 20)));
    }

    @Test
    void aTemplateGetsItsOwnRootAndAFreshCow() {
        cloned("qvm-clone -q debian-8 new");

        assertThat(tree.files())
                .contains(
                        "/var/lib/qubes/vm-templates/new/root.img " + (3 << 20),
                        "/var/lib/qubes/vm-templates/new/root-cow.img " + (3 << 20));
    }

    @Test
    void aCloneOfAPackagesTemplateIsOurOwn() {
        assertThat(cloned("qvm-clone -q fedora-23 new").value("new", "installed_by_rpm"))
                .isEqualTo("False");
    }

    @Test
    void sharedDevicesAreAWarning() {
        assertThat(tree.run("qvm-clone -q sys-net new").err()).isEqualTo("""
                        qvm-clone: warning: PCI device 00:19.0 belongs to VM 'sys-net' too
                        qvm-clone: warning: PCI device 03:00.0 belongs to VM 'sys-net' too
                        """);
    }

    @Test
    void thePathOptionIsTakenWithoutEffect() {
        assertThat(tree.run("qvm-clone -q -p /elsewhere work new").err()).contains("--path has no effect");
        assertThat(tree.exists("/var/lib/qubes/appvms/new")).isTrue();
        assertThat(tree.exists("/elsewhere")).isFalse();
    }

    @Test
    void aPoolHasItsOwnDirectory() {
        tree.write("/etc/qubes/storage.conf", "[ssd]\ndriver=xen\ntype=dir\ndir_path=/mnt/ssd\n");

        assertThat(cloned("qvm-clone -q -P ssd work new").value("new", "pool_name"))
                .isEqualTo("ssd");
        assertThat(tree.exists("/mnt/ssd/appvms/new/private.img")).isTrue();
    }

    @Test
    void refusals() {
        assertRefused("qvm-clone nosuch new", 1, "no VM has the name 'nosuch'");
        assertRefused("qvm-clone work vault", 1, "there is a VM 'vault' already");
        assertRefused("qvm-clone work disp3", 1, "kept for DisposableVMs");
        assertRefused("qvm-clone work ../new", 1, "'../new' is no VM name");
        assertRefused("qvm-clone dom0 new", 1, "an AdminVM cannot be cloned");
        assertRefused("qvm-clone -P nosuch work new", 1, "there is no storage pool 'nosuch'");
    }

    @Test
    void aMissingImageLeavesNothingBehind() throws IOException {
        Files.delete(tree.path("/var/lib/qubes/appvms/win7/root.img"));

        assertThat(tree.run("qvm-clone win7 new").code()).isEqualTo(1);
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
        assertThat(tree.exists("/var/lib/qubes/appvms/new")).isFalse();
    }

    @Test
    void dryRunMakesNothing() {
        assertThat(tree.run("qvm-clone --dry-run work new").out())
                .startsWith("new AppVM new (qid 7)\n")
                .endsWith("create /var/lib/qubes/appvms/new\n");
        assertNothingChanged();
    }

    @Test
    void wrongUsageAndTheOrderOfChecks() throws IOException {
        assertRefused("qvm-clone work", USAGE, "operand missing");
        assertRefused("qvm-clone a b c", USAGE, "unexpected operand 'c'");
        assertOrderOfChecks("qvm-clone work", "qvm-clone work new");
        assertStoreComesLast("qvm-clone work", "qvm-clone work new");
    }

    @Test
    void aCopyLooksForUpdatesAsItsSourceDoes() {
        tree.write("/var/lib/qubes/updates/vm-default-disable-updates", "");

        ExpectedStore now = cloned("qvm-clone -q personal new");

        assertThat(now.value("new", "services")).isEqualTo(now.value("personal", "services"));
    }
}
