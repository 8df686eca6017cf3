package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.backup.TestStores;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.DiskUsage;
import org.qubestools.core.model.VmCollection;

class BackupPlannerTest {
    private static final String ICON = "/usr/share/icons/hicolor/128x128/devices/appvm-red.png";
    private static final VmCollection VMS = TestStores.store("", """
            <QubesTemplateVm name='fedora' qid='1'/>
            <QubesTemplateHVm name='windows' qid='2'/>
            <QubesProxyVm name='vpn' qid='3' template_qid='1' netvm_qid='none'/>
            <QubesAppVm name='work' qid='5' template_qid='1'/>
            <QubesAppVm name='builder' qid='9' template_qid='none' kernel='None' uses_default_kernel='False'/>
            <QubesHVm name='win' qid='6' template_qid='2'/>
            """);

    @TempDir
    Path root;

    @BeforeEach
    void makeFiles() throws IOException {
        write("qubes.xml", 5000);
        for (String file : List.of("root.img", "private.img", "root-cow.img", "volatile.img", "fedora.conf")) {
            write("vm-templates/fedora/" + file, 100);
        }
        write("vm-templates/fedora/apps.templates/xterm.desktop", 10);
        write("vm-templates/fedora/whitelisted-appmenus.list", 10);
        write("vm-templates/fedora/firewall.xml", 10);
        write("vm-templates/windows/root.img", 100);
        write("servicevms/vpn/private.img", 9000);
        write("servicevms/vpn/firewall.xml", 10);
        write("appvms/work/private.img", 9000);
        write("appvms/work/volatile.img", 9000);
        write("appvms/work/apps/work-xterm.desktop", 10);
        write("appvms/work/whitelisted-appmenus.list", 10);
        Files.createSymbolicLink(vm("appvms/work/icon.png"), Path.of(ICON));
        for (String file : List.of("root.img", "private.img", "kernels/vmlinuz", "apps/x", "firewall.xml")) {
            write("appvms/builder/" + file, 100);
        }
        write("appvms/win/private.img", 100);
        Files.createDirectories(root.resolve("home/user"));
        Files.writeString(root.resolve("home/user/.bashrc"), "x");
    }

    private Path vm(String path) {
        return real("/var/lib/qubes/" + path);
    }

    private Path real(String fixedPath) {
        return root.resolve(fixedPath.substring(1));
    }

    private void write(String path, int length) throws IOException {
        Files.createDirectories(vm(path).getParent());
        Files.write(vm(path), new byte[length]);
    }

    private void makeIcon() throws IOException {
        Files.createDirectories(real(ICON).getParent());
        Files.write(real(ICON), new byte[10]);
    }

    private BackupPlan plan(BackupLayout layout, String... names) {
        return plan(VMS, layout, names);
    }

    private BackupPlan plan(VmCollection vms, BackupLayout layout, String... names) {
        BackupSelection selection = BackupSelection.of(vms, List.of(names), List.of(), null);
        return new BackupPlanner(vms, new TestStores.OnePool(), this::real, root.resolve("home/user"))
                .plan(selection, layout, vm -> vm.name().equals("win"));
    }

    private static List<String> paths(BackupPlan plan) {
        return plan.vms().stream()
                .flatMap(vm -> vm.files().stream())
                .map(PlannedFile::path)
                .toList();
    }

    @Test
    void format3HoldsTheFilesOfEachKindOfVmInTheOriginalOrder() throws IOException {
        makeIcon();

        assertThat(paths(plan(BackupLayout.NAMES)))
                .containsExactly(
                        "appvms/builder/private.img",
                        "appvms/builder/apps",
                        "appvms/builder/kernels",
                        "appvms/builder/firewall.xml",
                        "appvms/builder/root.img",
                        "servicevms/vpn/private.img",
                        "servicevms/vpn/firewall.xml",
                        "appvms/win/private.img",
                        "appvms/work/private.img",
                        "appvms/work/icon.png",
                        "appvms/work/whitelisted-appmenus.list",
                        "vm-templates/fedora/.",
                        "vm-templates/windows/.",
                        "dom0-home/user");
    }

    @Test
    void directoriesByQidHideTheNames() {
        BackupPlan plan = plan(BackupLayout.QIDS, "work", "fedora");

        assertThat(paths(plan)).containsExactly("vm5/private.img", "vm5/whitelisted-appmenus.list", "vm1/.");
        assertThat(plan.vms()).extracting(PlannedBackup::path).containsExactly("vm5", "vm1");
    }

    @Test
    void format4HoldsImagesOnTheirOwnAndSmallFilesTogether() {
        BackupPlan plan = plan(BackupLayout.R4);

        assertThat(paths(plan))
                .containsExactly(
                        "vm9/root.img",
                        "vm9/private.img",
                        "vm9/firewall.xml",
                        "vm9/r3-files",
                        "vm3/private.img",
                        "vm3/firewall.xml",
                        "vm6/private.img",
                        "vm5/private.img",
                        "vm5/whitelisted-appmenus.list",
                        "vm5/r3-files",
                        "vm1/root.img",
                        "vm1/private.img",
                        "vm1/firewall.xml",
                        "vm1/whitelisted-appmenus.list",
                        "vm1/r3-files",
                        "vm2/root.img",
                        "dom0-home/user");
        assertThat(entries(plan, "vm9/r3-files")).containsExactly("apps", "kernels");
        assertThat(entries(plan, "vm5/r3-files")).containsExactly("icon.png");
        assertThat(entries(plan, "vm1/r3-files")).containsExactly("apps.templates", "fedora.conf");
    }

    private static List<String> entries(BackupPlan plan, String path) {
        return plan.vms().stream()
                .flatMap(vm -> vm.files().stream())
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow()
                .entries();
    }

    @Test
    void anIconIsFollowedBelowTheRootAndADanglingOneLeftOut() throws IOException {
        assertThat(paths(plan(BackupLayout.QIDS, "work"))).doesNotContain("vm5/icon.png");

        makeIcon();

        assertThat(plan(BackupLayout.QIDS, "work").vms().get(0).files())
                .anyMatch(file ->
                        file.path().equals("vm5/icon.png") && file.source().equals(real(ICON)));
    }

    @Test
    void appsTemplatesGoBeforeApps() throws IOException {
        write("appvms/builder/apps.templates/x", 10);

        assertThat(paths(plan(BackupLayout.QIDS, "builder")))
                .contains("vm9/apps.templates")
                .doesNotContain("vm9/apps");
        assertThat(entries(plan(BackupLayout.R4, "builder"), "vm9/r3-files"))
                .containsExactly("apps.templates", "kernels");
    }

    @Test
    void aFirewallOfAnotherNameIsStoredUnderTheOrdinaryOne() throws IOException {
        VmCollection vms =
                TestStores.store("", "<QubesAppVm name='work' qid='5' template_qid='none' firewall_conf='rules.xml'/>");
        write("appvms/work/root.img", 10);
        write("appvms/work/rules.xml", 10);

        assertThat(plan(vms, BackupLayout.R4, "work").vms().get(0).files())
                .anyMatch(file ->
                        file.path().equals("vm5/firewall.xml") && file.source().endsWith("rules.xml"));
    }

    @Test
    void sizesAreThoseOnDisk() throws IOException {
        try (var channel =
                Files.newByteChannel(vm("appvms/work/private.img"), java.nio.file.StandardOpenOption.WRITE)) {
            channel.position(300L << 20);
            channel.write(java.nio.ByteBuffer.wrap(new byte[] {1}));
        }
        Path image = vm("appvms/work/private.img");
        long onDisk = DiskUsage.ofFiles(List.of(image)).get(image).allocated();

        PlannedBackup work = plan(BackupLayout.R4, "work").vms().get(0);

        assertThat(work.files().get(0).size()).isEqualTo(onDisk).isLessThan(1 << 20);
        assertThat(work.storedSize()).isEqualTo(work.size()).isGreaterThanOrEqualTo(onDisk);
    }

    @Test
    void theStoredSizeOfFormat3IsThatOfTheWholeDirectory() {
        Path directory = vm("appvms/work");
        PlannedBackup work = plan(BackupLayout.QIDS, "work").vms().get(0);

        assertThat(work.storedSize())
                .isEqualTo(DiskUsage.ofTrees(List.of(directory)).get(directory))
                .isGreaterThan(work.size());
    }

    @Test
    void theTotalHoldsTheStoreToo() {
        BackupPlan plan = plan(BackupLayout.QIDS, "work");

        assertThat(plan.storeSize()).isGreaterThanOrEqualTo(5000);
        assertThat(plan.size()).isEqualTo(plan.storeSize() + plan.vms().get(0).size());
    }

    @Test
    void aMissingImageIsRefused() throws IOException {
        Files.delete(vm("appvms/work/private.img"));
        Files.delete(vm("vm-templates/fedora/root.img"));

        for (BackupLayout layout : BackupLayout.values()) {
            assertRefused(VMS, layout, "work", ErrorKind.FAILED, "/var/lib/qubes/appvms/work/private.img");
            assertRefused(VMS, layout, "fedora", ErrorKind.FAILED, "/var/lib/qubes/vm-templates/fedora/root.img");
        }
    }

    @Test
    void aVmWhoseEntryIsDamagedIsRefused() {
        VmCollection vms = TestStores.store("", """
                <QubesAppVm name='orphan' qid='5' template_qid='77'/>
                <QubesAppVm name='noqid' qid='777' template_qid='none'/>
                <QubesAppVm name='../../etc' qid='6' template_qid='none'/>
                """);

        assertRefused(vms, BackupLayout.QIDS, "orphan", ErrorKind.WRONG_STATE, "?77");
        assertRefused(vms, BackupLayout.QIDS, "noqid", ErrorKind.WRONG_STATE, "qid");
        assertRefused(vms, BackupLayout.QIDS, "../../etc", ErrorKind.WRONG_STATE, "name");
    }

    private void assertRefused(VmCollection vms, BackupLayout layout, String name, ErrorKind kind, String text) {
        assertThatThrownBy(() -> plan(vms, layout, name))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(text);
    }

    @Test
    void withoutAHomeDom0IsRefused() {
        BackupSelection dom0 = BackupSelection.of(VMS, List.of("dom0"), List.of(), null);

        for (Path home : new Path[] {null, root.resolve("home/nobody")}) {
            BackupPlanner planner = new BackupPlanner(VMS, new TestStores.OnePool(), this::real, home);
            assertThatThrownBy(() -> planner.plan(dom0, BackupLayout.QIDS, vm -> false))
                    .hasMessageContaining("home");
        }
    }

    @Test
    void runningVmsForbidTheBackup() {
        assertThatThrownBy(plan(BackupLayout.QIDS)::requireHalted)
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.WRONG_STATE))
                .hasMessageContaining("'win'");
        plan(BackupLayout.QIDS, "work", "dom0").requireHalted();
    }

    @Test
    void theTableIsDrawnAsTheOriginalDid() {
        BackupPlan plan = plan(BackupLayout.QIDS, "work", "builder", "win", "vpn", "fedora", "dom0");

        assertThat(plan.table(size -> "1.5 MiB")).containsExactly("""
                ------------------+--------------+--------------+
                               VM |         type |         size |
                ------------------+--------------+--------------+
                          builder |  AppVM + Sys |      1.5 MiB |
                              vpn |        NetVM |      1.5 MiB |
                              win |        AppVM |      1.5 MiB | <-- The VM is running, please shut it down before proceeding with the backup!
                             work |        AppVM |      1.5 MiB |
                           fedora |  Template VM |      1.5 MiB |
                             Dom0 |    User home |      1.5 MiB |
                ------------------+--------------+--------------+
                      Total size: |                     1.5 MiB |
                ------------------+--------------+--------------+
                VMs not selected for backup:
                windows
                """.split("\n"));
    }
}
