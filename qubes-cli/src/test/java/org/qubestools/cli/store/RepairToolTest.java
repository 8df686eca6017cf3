package org.qubestools.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.posix.RawPath;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.FakeVmm;

/** {@code qubes-store check} and {@code qubes-store repair}, as command lines. */
final class RepairToolTest {
    private static final int LOST = 10;

    private RepairTree tree;

    @BeforeEach
    void makeTree(@TempDir Path root) {
        tree = RepairTree.of(root, 6);
    }

    private void assertFound(String... lines) {
        Outcome outcome = tree.run("qubes-store check");
        assertThat(outcome.out().lines()).containsExactly(lines);
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("qubes-store: warning: ").hasLineCount(1);
    }

    @Test
    void aTreeInWhichNothingIsWrongIsClean() {
        assertThat(tree.run("qubes-store check")).isEqualTo(new Outcome(0, "no problems found\n", ""));
        assertThat(tree.run("qubes-store repair")).isEqualTo(new Outcome(0, "no problems are left\n", ""));
    }

    @Test
    void aDamagedValueIsShownAndMended() {
        tree.edit("memory=\"400\" name=\"vm-4\"", "memory=\"4OO\" name=\"vm-4\"");
        assertFound(
                "vm-4: bad-number (memory, line 6): '4OO' is not usable: not a number; the default counts",
                "    can be mended: set memory to '400', what counts instead");

        Outcome shown = tree.run("qubes-store repair");
        assertThat(shown.code()).isEqualTo(1);
        assertThat(shown.out().lines())
                .containsExactly(
                        "vm-4: bad-number: set memory to '400', what counts instead",
                        "",
                        "changed AppVM vm-4 (qid 4)",
                        "  memory: 4OO -> 400",
                        "");
        assertThat(tree.store()).contains("4OO");

        assertThat(tree.run("qubes-store repair --yes").code()).isZero();
        assertThat(tree.store()).doesNotContain("4OO");
        assertThat(tree.run("qubes-store check").code()).isZero();
    }

    @Test
    void theSameForScripts() {
        tree.edit("memory=\"400\" name=\"vm-4\"", "memory=\"4OO\" name=\"vm-4\"");

        Outcome check = tree.run("qubes-store check --json");
        assertThat(check.out().replaceAll("\\n *", " "))
                .isEqualTo("{ \"type\": \"store-check\", \"readable\": true, \"problems\": 1, \"findings\": [ {"
                        + " \"severity\": \"problem\", \"code\": \"bad-number\", \"about\": \"vm-4\","
                        + " \"attribute\": \"memory\", \"line\": 6, \"path\": \"\","
                        + " \"text\": \"'4OO' is not usable: not a number; the default counts\","
                        + " \"advice\": \"set it with qvm-prefs, or correct line 6 of qubes.xml\","
                        + " \"mending\": \"set memory to '400', what counts instead\" } ] } ");
        Outcome repair = tree.run("qubes-store repair --yes --json");
        assertThat(repair.code()).isZero();
        assertThat(repair.out()).contains("\"type\": \"store-repair\"", "\"applied\": true", "\"problems\": 0");
    }

    @Test
    void problemsThatForbidEveryOtherChangeAreMended() {
        tree.edit("name=\"vm-4\" pool_name=\"default\" qid=\"4\"", "name=\"vm-4\" pool_name=\"default\" qid=\"5\"");
        assertThat(tree.run("qvm-prefs -s vm-6 memory 500").code()).isEqualTo(1);

        assertThat(tree.run("qubes-store repair --yes").code()).isZero();

        assertThat(tree.run("qvm-prefs -s vm-6 memory 500").code()).isZero();
    }

    @Test
    void aSecondDom0ThatSaysNothingGoes() {
        tree.edit("<QubesTemplateVm", "<QubesAdminVm name=\"dom0\" qid=\"0\"/>\n  <QubesTemplateVm");
        String damaged = tree.store();
        assertThat(tree.run("qvm-prefs -s vm-6 memory 500").code()).isEqualTo(1);
        assertFound(
                "dom0: duplicate-qid (line 3): there is more than one dom0; the first one counts",
                "    can be mended: take the second dom0 out of the store: it says nothing that the first one does not");

        assertThat(tree.run("qubes-store repair").out().lines())
                .containsExactly(
                        "dom0: duplicate-qid: take the second dom0 out of the store: it says nothing that the first one"
                                + " does not",
                        "",
                        "removed AdminVM dom0 (qid 0)",
                        "");
        assertThat(tree.store()).isEqualTo(damaged);

        assertThat(tree.run("qubes-store repair --yes").code()).isZero();
        assertThat(tree.store()).isEqualTo(damaged.replaceFirst("  <QubesAdminVm[^>]*>\n", ""));
        assertThat(tree.run("qubes-store check").code()).isZero();
        assertThat(tree.run("qubes-store history").out()).contains("[dom0 removed]");
        assertThat(tree.run("qubes-store undo").code()).isEqualTo(1);
        assertThat(tree.run("qvm-prefs -s vm-6 memory 500").code()).isZero();
    }

    @Test
    void aSecondDom0ThatSaysMoreIsLeftToTheUser() {
        tree.edit("<QubesTemplateVm", "<QubesAdminVm name=\"dom0\" qid=\"0\" memory=\"900\"/>\n  <QubesTemplateVm");
        String damaged = tree.store();
        assertFound(
                "dom0: duplicate-qid (line 3): there is more than one dom0; the first one counts, and this one differs"
                        + " in memory",
                "    copy what you need of it to the first one, and take it out of qubes.xml");

        Outcome repair = tree.run("qubes-store repair --yes");
        assertThat(repair.code()).isEqualTo(1);
        assertThat(repair.err()).isEqualTo("qubes-store: warning: 1 problem left, for which there is no safe change\n");
        assertThat(tree.store()).isEqualTo(damaged);
    }

    @Test
    void directoriesAndImagesThatAreNotThere() throws IOException {
        tree.move("/var/lib/qubes/appvms/vm-4", "/away/vm-4");
        Files.delete(tree.path("/var/lib/qubes/appvms/vm-5/private.img"));
        Files.delete(tree.path("/var/lib/qubes/vm-templates/fedora-23/root.img"));

        assertFound(
                "fedora-23: image-missing (/var/lib/qubes/vm-templates/fedora-23/root.img): this image is not there",
                "    restore it from a backup (qvm-backup-restore)",
                "vm-4: directory-missing (/var/lib/qubes/appvms/vm-4): its directory is not there",
                "    restore it from a backup (qvm-backup-restore), or remove the entry with qvm-remove --just-db",
                "vm-5: half-made-vm (/var/lib/qubes/appvms/vm-5/private.img): this image is not there",
                "    restore it from a backup; the next start makes an empty one");
        Map<String, Integer> before = tree.content();
        assertThat(tree.run("qubes-store repair --yes").code()).isEqualTo(1);
        assertThat(tree.content()).isEqualTo(before);
    }

    @Test
    void directoriesThatAreNoVms() throws IOException {
        tree.directory("/var/lib/qubes/appvms/other", "red", false);
        Files.createDirectories(tree.path("/var/lib/qubes/servicevms/half"));
        tree.write("/var/lib/qubes/appvms/notes.txt", "");

        assertFound(
                "notes.txt: foreign-file (/var/lib/qubes/appvms/notes.txt): it is no directory of a VM",
                "    move it elsewhere",
                "other: foreign-directory (/var/lib/qubes/appvms/other): it holds the images of a VM that is not in the"
                        + " store",
                "    register it with qvm-add-appvm, or move it elsewhere",
                "half: half-made-directory (/var/lib/qubes/servicevms/half): no VM has it, and it holds no image",
                "    look into it, then remove it");
    }

    @Test
    void iconsAndModesAreMended() {
        tree.link("/var/lib/qubes/appvms/vm-4/icon.png", "/somewhere/else.png");
        tree.mode("/var/lib/qubes/appvms/vm-5", 02777);
        tree.mode("/var/lib/qubes/appvms/vm-5/private.img", 0600);
        tree.mode(RepairTree.STORE, 0666);

        assertFound(
                "vm-4: icon-wrong (/var/lib/qubes/appvms/vm-4/icon.png): it leads to the icon of another label",
                "    can be mended: link /var/lib/qubes/appvms/vm-4/icon.png to"
                        + " /usr/share/icons/hicolor/128x128/devices/appvm-red.png",
                "store: wrong-mode (/var/lib/qubes/qubes.xml): mode is 0666, not 0660",
                "    can be mended: give /var/lib/qubes/qubes.xml the mode 0660",
                "vm-5: wrong-mode (/var/lib/qubes/appvms/vm-5): mode is 02777, not 02775",
                "    can be mended: give /var/lib/qubes/appvms/vm-5 the mode 02775",
                "vm-5: wrong-mode (/var/lib/qubes/appvms/vm-5/private.img): mode is 0600, not 0660",
                "    can be mended: give /var/lib/qubes/appvms/vm-5/private.img the mode 0660");
        assertThat(tree.run("qubes-store repair --yes").code()).isZero();
        assertThat(tree.run("qubes-store check").code()).isZero();
    }

    @Test
    void filesOfAnotherGroupAreNamedAndTheirModesAreMendedAllTheSame() {
        tree.write("/etc/group", "root:x:0:\nqubes:x:54321:\n");
        tree.mode("/var/lib/qubes/appvms/vm-5/private.img", 0600);

        assertThat(tree.run("qubes-store check").out())
                .contains("vm-5: wrong-group (/var/lib/qubes/appvms/vm-5): its group is number ")
                .contains(", not 54321\n    can be mended: give /var/lib/qubes/appvms/vm-5 the group 54321\n");
        tree.run("qubes-store repair --yes");

        assertThat(tree.run("qubes-store check").out()).doesNotContain("wrong-mode");
    }

    @Test
    void theListOfNamesForShellsIsNoLeftover() {
        tree.write("/var/lib/qubes/.qvm-names", "vm work AppVM\n");

        assertThat(tree.run("qubes-store check")).isEqualTo(new Outcome(0, "no problems found\n", ""));
    }

    @Test
    void leftoversOfInterruptedWorkAreNamedAndLeft() {
        List<String> leftovers = List.of(
                "/var/lib/qubes/.qvm-new-0123456789abcdef-0",
                "/var/lib/qubes/appvms/.qvm-old-0123456789abcdef-1",
                "/var/lib/qubes/appvms/.qvm-restore-0123456789abcdef",
                "/var/lib/qubes/qubes.xml.qvm-0123456789abcdef",
                "/var/lib/qubes/qubes.xmlAb_3Xy");
        leftovers.forEach(path -> tree.write(path, "x"));

        assertThat(tree.run("qubes-store check").out().lines().filter(line -> line.contains(": leftover (")))
                .hasSize(leftovers.size());
        tree.run("qubes-store repair --yes");
        assertThat(leftovers).allMatch(tree::exists);
    }

    @Test
    void definitionsOfTheRunningSystemThatDoNotFit() {
        tree.edit("name=\"vm-4\"", "uuid=\"11111111-1111-4111-8111-111111111111\" name=\"vm-4\"");
        tree.edit("name=\"vm-5\"", "uuid=\"22222222-2222-4222-8222-222222222222\" name=\"vm-5\"");
        FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4));
        vmm.with(halted("vm-4", "11111111-1111-4111-8111-111111111111"));
        vmm.with(halted("vm-five", "22222222-2222-4222-8222-222222222222"));
        vmm.with(halted("web", "33333333-3333-4333-8333-333333333333"));
        tree.online(vmm);

        assertFound(
                "vm-five: stale-definition: it is defined under this name and has the UUID of VM 'vm-5'",
                "    virsh undefine vm-five; the next start defines the VM anew",
                "web: foreign-definition: it is defined and is no VM of the store",
                "    nothing needs to be done if it belongs to something else; else virsh undefine web");
    }

    private static DomainSnapshot halted(String name, String uuid) {
        return new DomainSnapshot(name, uuid, false, -1, DomainState.SHUTOFF, 0, 0);
    }

    @Test
    void aDamagedStoreIsRebuiltFromTheNewestSoundGeneration() throws IOException {
        tree.write("/var/lib/qubes/backup/qubes-2016-01-01-00:00:00.xml", tree.bytes(RepairTree.STORE));
        tree.write("/var/lib/qubes/backup/qubes-2016-01-02-00:00:00.xml", "<QubesVmCollection");
        byte[] damaged = tree.store().substring(0, 700).getBytes(StandardCharsets.UTF_8);
        tree.write(RepairTree.STORE, damaged);
        tree.directory("/var/lib/qubes/appvms/new", "blue", false);
        Outcome check = tree.run("qubes-store check");
        assertThat(check.code()).isEqualTo(LOST);
        assertThat(check.out()).startsWith("store: store-unreadable (/var/lib/qubes/qubes.xml): ");

        Outcome shown = tree.run("qubes-store repair");
        assertThat(shown.code()).isEqualTo(LOST);
        assertThat(shown.out())
                .contains("rebuilt from the copy of the boot of 2016-01-01-00:00:00")
                .contains("new AppVM new (qid 7)")
                .contains("its template (set one before it starts)");
        assertThat(tree.bytes(RepairTree.STORE)).isEqualTo(damaged);

        assertThat(tree.run("qubes-store repair --yes").code()).isEqualTo(1);

        assertThat(tree.run("qvm-ls --raw-list").out()).contains("vm-4\n", "vm-6\n", "new\n");
        assertThat(tree.run("qvm-prefs new label").out()).isEqualTo("blue\n");
        assertThat(tree.run("qvm-ls --raw-data name netvm new").out()).contains("new|-");
        assertThat(tree.run("qvm-prefs -s new template fedora-23").code()).isZero();
        assertThat(tree.run("qubes-store check").code()).isZero();
        assertThat(tree.run("qubes-store history").out()).startsWith("1  ").contains("qubes-store repair --yes");
        try (var copies = Files.list(tree.path("/var/lib/qubes/backup"))) {
            assertThat(copies.filter(file -> file.toString().contains("/damaged-")))
                    .singleElement()
                    .satisfies(file -> assertThat(Files.readAllBytes(file)).isEqualTo(damaged));
        }
    }

    @Test
    void aMissingStoreIsRebuiltFromTheDirectoriesAlone() throws IOException {
        Files.delete(tree.path(RepairTree.STORE));
        tree.write(
                "/var/lib/qubes/appvms/vm-5/vm-5.conf",
                "<domain type='xen'><name>vm-5</name><uuid>11111111-1111-4111-8111-111111111111</uuid>"
                        + "<memory unit='MiB'>4000</memory><currentMemory unit='MiB'>700</currentMemory>"
                        + "<vcpu placement='static'>3</vcpu><os><type machine='xenpv'>linux</type></os><devices>"
                        + "<disk type='block' device='disk'><source dev='/var/lib/qubes/vm-templates/fedora-23/root.img"
                        + ":/var/lib/qubes/vm-templates/fedora-23/root-cow.img'/></disk>"
                        + "<interface type='ethernet'><mac address='00:16:3E:5E:6C:2A'/>"
                        + "<backenddomain name='sys-firewall'/></interface></devices></domain>");
        assertThat(tree.run("qubes-store check").code()).isEqualTo(LOST);

        Outcome repaired = tree.run("qubes-store repair --yes");

        assertThat(repaired.code()).isEqualTo(1);
        assertThat(repaired.out()).contains("whether its NetVM is still 'sys-firewall' (it has none now)");
        assertThat(tree.run("qvm-prefs vm-5 memory").out()).isEqualTo("700\n");
        assertThat(tree.run("qvm-prefs vm-5 template").out()).isEqualTo("fedora-23\n");
        assertThat(tree.run("qvm-prefs vm-5 qid").out()).isEqualTo("42\n");
        assertThat(tree.run("qubes-store check").out()).contains("vm-4: template-missing");
        assertThat(tree.run("qubes-store history").out()).startsWith("1  ").contains("qubes-store repair --yes");
    }

    @Test
    void aDirectoryThatNoTextCanNameIsToldOfByTheRebuild() throws IOException {
        Files.delete(tree.path(RepairTree.STORE));
        Path odd = tree.path("/var/lib/qubes/appvms").resolve(RawPath.of(new byte[] {'v', (byte) 0xff}));
        Files.createDirectory(odd);
        Files.writeString(odd.resolve("private.img"), "image");

        assertThat(tree.run("qubes-store repair").out())
                .contains("what /var/lib/qubes/appvms/v\\ufffd is: no VM can have this name; it is left alone");
    }

    @Test
    void aRebuildThatCannotBeDoneSaysWhatToDoFirst(@TempDir Path elsewhere) throws IOException {
        tree.write(RepairTree.STORE, new byte[9 << 20]);
        assertThat(tree.run("qubes-store repair --yes"))
                .returns(1, Outcome::code)
                .returns(
                        "qubes-store: /var/lib/qubes/qubes.xml is larger than 8388608 bytes, no store is [limit],"
                                + " and is not replaced; move it away, then run it again\n",
                        Outcome::err);

        Files.delete(tree.path(RepairTree.STORE));
        tree.link(RepairTree.STORE, "nowhere");
        assertThat(tree.run("qubes-store repair --yes"))
                .isEqualTo(new Outcome(
                        LOST,
                        "",
                        "qubes-store: /var/lib/qubes/qubes.xml is a link that leads nowhere; bring back what it leads"
                                + " to, or remove the link and run 'qubes-store repair'\n"));

        Files.move(tree.path("/var/lib/qubes"), elsewhere.resolve("qubes"));
        assertThat(tree.run("qubes-store repair --yes"))
                .returns(LOST, Outcome::code)
                .returns(
                        "qubes-store: there is no directory /var/lib/qubes to put a store into; mount it if it is"
                                + " elsewhere; 'qvm-init-storage' begins from nothing\n",
                        Outcome::err);
    }

    @Test
    void aStoreThatMayNotBeReadIsNotOneThatIsLost() throws IOException {
        Files.delete(tree.path(RepairTree.STORE));
        Files.createDirectory(tree.path(RepairTree.STORE));

        assertThat(tree.run("qubes-store repair --yes").code()).isNotZero();

        assertThat(Files.isDirectory(tree.path(RepairTree.STORE))).isTrue();
    }

    @Test
    void anInterruptedEditIsFinishedFirst() {
        tree.write("/var/lib/qubes/.qvm-pending", "no journal\n");
        assertFound(
                ".qvm-pending: pending-edit (/var/lib/qubes/.qvm-pending): an edit was interrupted",
                "    the next edit finishes or undoes it, 'qubes-store repair --yes' too");

        Outcome outcome = tree.run("qubes-store repair --yes");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("says that a change of files was interrupted, but");
        assertThat(tree.exists("/var/lib/qubes/.qvm-pending")).isTrue();
    }

    @Test
    void theOnlyNumberThatIsMissedIsThatOfTheOnlyVmWithoutOne() {
        String sound = tree.store();
        tree.edit("qid=\"2\" netid", "qid=\"2 \" netid");

        assertThat(tree.run("qubes-store repair --yes").code()).isZero();

        assertThat(tree.store()).isEqualTo(sound);
    }

    @Test
    void whatMayReferToAVmThatLostItsNumberStays() {
        tree.edit("qid=\"2\" netid", "qid=\"x\" netid");
        tree.edit("qid=\"3\" netid", "qid=\"y\" netid");
        String damaged = tree.store();

        Outcome repaired = tree.run("qubes-store repair --yes");

        assertThat(repaired.code()).isEqualTo(1);
        assertThat(repaired.err()).contains("left, for which there is no safe change");
        assertThat(tree.store()).isEqualTo(damaged);
    }
}
