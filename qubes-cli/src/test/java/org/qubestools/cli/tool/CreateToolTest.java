package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;

final class CreateToolTest extends ToolTest {
    private static final String NEW = "/var/lib/qubes/appvms/new";
    private static final Pattern RANDOM_UUID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    private ExpectedStore created(String commandLine) {
        Outcome outcome = tree.run(commandLine);
        assertThat(outcome).isEqualTo(new Outcome(0, "", outcome.err()));
        return new ExpectedStore(tree.store());
    }

    @Test
    void theEntryOfAnAppVm() {
        ExpectedStore now = created("qvm-create -q -l red new");

        String uuid = now.value("new", "uuid");
        assertThat(uuid).matches(RANDOM_UUID);
        assertThat(now.element("new"))
                .isEqualTo("<QubesAppVm autostart=\"False\" backup_content=\"False\" backup_path=\"\" backup_size=\"0\""
                        + " conf_file=\"new.conf\" debug=\"False\" default_user=\"user\""
                        + " dir_path=\"/var/lib/qubes/appvms/new\" dispvm_netvm=\"3\" firewall_conf=\"firewall.xml\""
                        + " include_in_backups=\"True\" installed_by_rpm=\"False\" internal=\"False\""
                        + " kernel=\"4.4.14-11\" kernelopts=\"nopat\" label=\"red\" memory=\"400\" name=\"new\""
                        + " netvm_qid=\"3\" pci_e820_host=\"True\" pci_strictreset=\"True\" pcidevs=\"[]\""
                        + " pool_name=\"default\" qid=\"7\" qrexec_timeout=\"60\" services=\"{'meminfo-writer': True}\""
                        + " template_qid=\"1\" uses_default_dispvm_netvm=\"True\" uses_default_kernel=\"True\""
                        + " uses_default_kernelopts=\"True\" uses_default_netvm=\"True\" uuid=\"" + uuid
                        + "\" vcpus=\"2\"/>");
    }

    @Test
    void nothingElseOfTheStoreChanges() {
        ExpectedStore now = created("qvm-create -q -l red new");

        assertThat(now.without("new").text()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void theFilesOfAnAppVm() {
        created("qvm-create -q -l red new");

        assertThat(tree.files())
                .filteredOn(file -> file.startsWith(NEW))
                .containsExactly(
                        NEW + " (directory)",
                        NEW + "/icon.png -> /usr/share/icons/hicolor/128x128/devices/appvm-red.png",
                        NEW + "/private.img " + (2 << 20),
                        NEW + "/volatile.img 12348030976");
    }

    @Test
    void progressIsToldOnStandardError() {
        assertThat(tree.run("qvm-create -l red new"))
                .isEqualTo(new Outcome(0, "", "qvm-create: create /var/lib/qubes/appvms/new\n"));
    }

    @Test
    void theClassSwitches() {
        assertThat(created("qvm-create -q -l red -p fw").element("fw")).startsWith("<QubesProxyVm ");
        assertThat(created("qvm-create -q -l red -n net").element("net")).startsWith("<QubesNetVm ");
        assertThat(created("qvm-create -q -l red -H hvm").element("hvm")).startsWith("<QubesHVm ");
        assertThat(created("qvm-create -q -l red --hvm-template tpl").element("tpl"))
                .startsWith("<QubesTemplateHVm ");
        assertThat(created("qvm-create -q -l red --hvm -t tpl based").value("based", "template_qid"))
                .isEqualTo("12");
    }

    @Test
    void theClassesByName() {
        assertPrints("qvm-create --help-classes", "TemplateHVM\nNetVM\nProxyVM\nAppVM\nHVM\n");
        assertThat(created("qvm-create -q -l red --class proxyvm fw").element("fw"))
                .startsWith("<QubesProxyVm ");
        assertRefusedIn("qvm-create -l red --class TemplateVM new", USAGE, "is no class that can be made");
    }

    /** As {@link #assertRefused}, for a store that is not the first one any more. */
    private void assertRefusedIn(String commandLine, int code, String message) {
        String before = tree.store();
        Outcome outcome = tree.run(commandLine);
        assertThat(outcome.code()).isEqualTo(code);
        assertThat(outcome.err()).contains(message);
        assertThat(tree.store()).isEqualTo(before);
    }

    @Test
    void aProxyVmHasNoNetvmAndAFreeNetid() {
        ExpectedStore now = created("qvm-create -q -l red -p fw");

        assertThat(now.value("fw", "netvm_qid")).isEqualTo("none");
        assertThat(now.value("fw", "netid")).isEqualTo("3");
        assertThat(now.element("fw")).doesNotContain("uses_default_netvm");
        assertThat(tree.exists("/var/lib/qubes/servicevms/fw/private.img")).isTrue();
    }

    @Test
    void aStandaloneVmGetsTheImagesAndTheKernelOfItsTemplate() {
        ExpectedStore now = created("qvm-create -q -l red --standalone -t debian-8 new");

        assertThat(now.value("new", "template_qid")).isEqualTo("none");
        assertThat(tree.files())
                .contains(
                        NEW + "/root.img " + (3 << 20),
                        NEW + "/private.img " + (2 << 20),
                        NEW + "/kernels/vmlinuz 1",
                        NEW + "/kernels/initramfs 1");
    }

    @Test
    void theRootImageCanBeCopied(@TempDir Path other) throws IOException {
        Path image = Files.writeString(other.resolve("image"), "root");

        created("qvm-create -q -l red -s -r " + image + " new");

        assertThat(tree.read(NEW + "/root.img")).isEqualTo("root");
        assertThat(image).exists();
    }

    @Test
    void theRootImageCanBeMoved(@TempDir Path other) throws IOException {
        Path image = Files.writeString(other.resolve("image"), "root");

        created("qvm-create -q -l red -s -R " + image + " new");

        assertThat(tree.read(NEW + "/root.img")).isEqualTo("root");
        assertThat(image).doesNotExist();
    }

    @Test
    void aRootImageNeedsAStandaloneVm(@TempDir Path other) throws IOException {
        Path image = Files.writeString(other.resolve("image"), "root");

        assertRefused("qvm-create -l red -r " + image + " new", 1, "add --standalone");
        assertRefused("qvm-create -l red -s -r " + image + " -R " + image + " new", 1, "exclude each other");
        assertRefused("qvm-create -l red -s -R /no/such/file new", 1, "there is no file /no/such/file");
        assertThat(image).exists();
    }

    @Test
    void memoryVcpusAndInternal() {
        ExpectedStore now = created("qvm-create -l red -m 500 -c 1 -i new");

        assertThat(now.value("new", "memory")).isEqualTo("500");
        assertThat(now.value("new", "vcpus")).isEqualTo("1");
        assertThat(now.value("new", "internal")).isEqualTo("True");
    }

    @Test
    void anyPropertyCanBeSetAtOnce() {
        ExpectedStore now = created("qvm-create -q -l red --property netvm=none --property autostart=on new");

        assertThat(now.value("new", "netvm_qid")).isEqualTo("none");
        assertThat(now.value("new", "uses_default_netvm")).isEqualTo("False");
        assertThat(tree.exists("/etc/systemd/system/multi-user.target.wants/qubes-vm@new.service"))
                .isTrue();
    }

    @Test
    void propertiesAreCheckedBeforeAnythingIsMade() {
        assertRefused("qvm-create -l red --property memory=abc new", 1, "memory: 'abc' is not a whole number");
        assertRefused("qvm-create -l red --property bogus=1 new", 1, "there is no property 'bogus'");
        assertRefused("qvm-create -l red --property drive=/x new", 1, "an AppVM has no property 'drive'");
        assertRefused("qvm-create -l red --property memory new", USAGE, "--property takes NAME=VALUE");
        assertRefused("qvm-create -l red -m abc new", 1, "memory: 'abc' is not a whole number");
        assertRefused("qvm-create -l red -m -5 new", 1, "memory: '-5' is less than 1");
        assertRefused("qvm-create -l red -c 0 new", 1, "vcpus: '0' is less than 1");
    }

    @Test
    void namesThatAreRefused() {
        assertRefused("qvm-create -l red work", 1, "there is a VM 'work' already");
        assertRefused("qvm-create -l red disp7", 1, "kept for DisposableVMs");
        assertRefused("qvm-create -l red 1x", 1, "it does not begin with a letter");
        assertRefused("qvm-create -l red a/b", 1, "'a/b' is no VM name");
        assertRefused("qvm-create -l red win7-dm", 1, "'win7-dm' is no VM name");
        assertRefused("qvm-create -l red " + "x".repeat(32), 1, "is no VM name");
        assertRefused(tree.run(words("qvm-create", "-l", "red", "new\n")), 1, "'new\\x0a' is no VM name");
    }

    @Test
    void anEmptyTemplateIsNoneWhichAnHvmCanHave() {
        assertThat(tree.run("qvm-create -q -l red --class HVM --template= one").code())
                .isZero();
        assertThat(tree.run("qvm-create -q -l red --hvm-template -t none two").code())
                .isZero();
        assertThat(tree.exists("/var/lib/qubes/appvms/one/root.img")).isTrue();
        assertThat(tree.run("qvm-ls --raw-data --fields name-raw,template one two")
                        .out())
                .isEqualTo("one|None\ntwo|n/a\n");
    }

    @Test
    void labelsTemplatesAndPoolsThatAreRefused() {
        assertRefused("qvm-create new", 1, "a label is required");
        assertRefused("qvm-create -l pink new", 1, "'pink' is no label");
        assertRefused("qvm-create -l red -t work new", 1, "'work' is not a template");
        assertRefused("qvm-create -l red -t nosuch new", 1, "no VM has the name 'nosuch'");
        assertRefused("qvm-create -l red -H -t fedora-23 new", 1, "fedora-23");
        assertRefused("qvm-create -l red --hvm-template -t fedora-23 new", 1, "a TemplateHVM has no template");
        assertRefused("qvm-create -l red --template= new", 1, "an AppVM has one, or is a copy of one");
        assertRefused("qvm-create -l red -t none -s new", 1, "an AppVM has one, or is a copy of one");
        assertRefused("qvm-create -l red -P nosuch new", 1, "there is no storage pool 'nosuch'");
    }

    @Test
    void aPoolHasItsOwnDirectory(@TempDir Path other) {
        tree.write("/etc/qubes/storage.conf", "[ssd]\ndriver=xen\ntype=dir\ndir_path=/mnt/ssd\n");

        ExpectedStore now = created("qvm-create -q -l red -P ssd new");

        assertThat(now.value("new", "pool_name")).isEqualTo("ssd");
        assertThat(now.value("new", "dir_path")).isEqualTo("/mnt/ssd/appvms/new");
        assertThat(tree.exists("/mnt/ssd/appvms/new/private.img")).isTrue();
    }

    @Test
    void anExistingDirectoryIsNotTouched() {
        tree.write(NEW + "/mine", "mine");

        Outcome outcome = tree.run("qvm-create -l red new");

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        1, "", "qvm-create: " + NEW + " exists already; move it away, or choose another name\n"));
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
        assertThat(tree.read(NEW + "/mine")).isEqualTo("mine");
    }

    @Test
    void dryRunMakesNothing() {
        Outcome outcome = tree.run("qvm-create --dry-run -l red --property autostart=on new");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out())
                .startsWith("new AppVM new (qid 7)\n")
                .contains("  label: (absent) -> red\n")
                .endsWith("create /var/lib/qubes/appvms/new\n");
        assertNothingChanged();
    }

    @Test
    void jsonTellsWhatWasAdded() {
        assertThat(tree.run("qvm-create -q --json -l red new").out())
                .contains("\"saved\": true")
                .contains("\"change\": \"added\",\n      \"class\": \"AppVM\",\n      \"qid\": 7");
    }

    @Test
    void theFirstVmsFillTheGlobals() {
        tree.write(
                "/var/lib/qubes/qubes.xml",
                ExpectedStore.small().withGlobal("clockvm", "None").text());

        Outcome outcome = tree.run("qvm-create -l red -n net");

        assertThat(outcome.err()).contains("clockvm was none and is now 'net'");
        assertThat(tree.run("qubes-prefs clockvm").out()).isEqualTo("net\n");
    }

    @Test
    void wrongUsageAndTheOrderOfChecks() throws IOException {
        assertRefused("qvm-create -l red", USAGE, "one name expected");
        assertRefused("qvm-create -l red a b", USAGE, "one name expected");
        assertRefused("qvm-create -l red -p -n new", USAGE, "'--proxy' and '--net' exclude each other");
        assertRefused("qvm-create -l red -p --class AppVM new", USAGE, "exclude each other");
        assertOrderOfChecks("qvm-create -l red", "qvm-create new");
        assertStoreComesLast("qvm-create -l red -p -n new", "qvm-create -l red new");
    }

    @Test
    void theNameIsNoProperty() {
        assertRefused("qvm-create -l red --property name=z y", USAGE, "the name is what follows the options");
    }
}
