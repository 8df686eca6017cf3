package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class PrefsToolTest extends ToolTest {
    @Test
    void theListOfAnAppVm() {
        assertPrints("qvm-prefs work", """
                name               : work
                label              : blue
                type               : AppVM
                template           : fedora-23
                netvm              : sys-firewall
                dispvm_netvm       : sys-firewall (default)
                updateable         : False
                autostart          : False
                installed_by_rpm   : False
                include_in_backups : True
                last_backup        : None
                dir                : /var/lib/qubes/appvms/work
                config             : /var/lib/qubes/appvms/work/work.conf
                pcidevs            : []
                pci_strictreset    : True
                pci_e820_host      : True
                root_img           : /var/lib/qubes/vm-templates/fedora-23/root.img
                root_volatile_img  : /var/lib/qubes/appvms/work/volatile.img
                private_img        : /var/lib/qubes/appvms/work/private.img
                vcpus              : 2
                memory             : 400
                maxmem             : 4000
                MAC                : 00:16:3E:5E:6C:04 (auto)
                kernel             : 4.4.14-11 (default)
                kernelopts         : nopat (default)
                debug              : off
                default_user       : user
                qrexec_timeout     : 60
                internal           : False
                """);
    }

    @Test
    void theListOfATemplate() {
        assertPrints("qvm-prefs -l fedora-23", """
                name               : fedora-23
                label              : black
                type               : TemplateVM
                netvm              : sys-firewall
                dispvm_netvm       : sys-firewall (default)
                updateable         : True
                autostart          : False
                installed_by_rpm   : True
                include_in_backups : False
                last_backup        : None
                dir                : /var/lib/qubes/vm-templates/fedora-23
                config             : /var/lib/qubes/vm-templates/fedora-23/fedora-23.conf
                pcidevs            : []
                pci_strictreset    : True
                pci_e820_host      : True
                root_img           : /var/lib/qubes/vm-templates/fedora-23/root.img
                root_cow_img       : /var/lib/qubes/vm-templates/fedora-23/root-cow.img
                root_volatile_img  : /var/lib/qubes/vm-templates/fedora-23/volatile.img
                private_img        : /var/lib/qubes/vm-templates/fedora-23/private.img
                vcpus              : 2
                memory             : 400
                maxmem             : 4000
                MAC                : 00:16:3E:5E:6C:01 (auto)
                kernel             : 4.4.14-11 (default)
                kernelopts         : nopat (default)
                debug              : off
                default_user       : user
                qrexec_timeout     : 60
                internal           : False
                """);
    }

    @Test
    void theListOfAnHvm() {
        assertPrints("qvm-prefs win7", """
                name               : win7
                label              : purple
                type               : HVM
                netvm              : sys-firewall
                dispvm_netvm       : sys-firewall (default)
                updateable         : True
                autostart          : False
                installed_by_rpm   : False
                include_in_backups : True
                last_backup        : None
                dir                : /var/lib/qubes/appvms/win7
                config             : /var/lib/qubes/appvms/win7/win7.conf
                pcidevs            : []
                pci_strictreset    : True
                pci_e820_host      : True
                root_img           : /var/lib/qubes/appvms/win7/root.img
                root_volatile_img  : /var/lib/qubes/appvms/win7/volatile.img
                private_img        : /var/lib/qubes/appvms/win7/private.img
                vcpus              : 2
                memory             : 1536
                maxmem             : 1536
                MAC                : 00:16:3E:5E:6C:06 (auto)
                debug              : off
                default_user       : user
                qrexec_installed   : False
                qrexec_timeout     : 60
                guiagent_installed : False
                seamless_gui_mode  : False
                drive              : None
                timezone           : localtime
                internal           : False
                """);
    }

    @Test
    void theListOfDom0HasNoPaths() {
        assertPrints("qvm-prefs dom0", """
                name               : dom0
                label              : black
                type               : AdminVM
                updateable         : True
                autostart          : False
                installed_by_rpm   : False
                include_in_backups : True
                last_backup        : None
                pcidevs            : []
                pci_strictreset    : True
                pci_e820_host      : True
                vcpus              : 0
                memory             : 300
                maxmem             : 0
                MAC                : 00:16:3E:5E:6C:00 (auto)
                debug              : off
                default_user       : user
                qrexec_timeout     : 60
                internal           : False
                """);
    }

    @Test
    void whatFollowsADefaultCanBeHidden() {
        assertPrints("qvm-prefs --hide-default work", """
                name               : work
                label              : blue
                type               : AppVM
                updateable         : False
                installed_by_rpm   : False
                last_backup        : None
                dir                : /var/lib/qubes/appvms/work
                config             : /var/lib/qubes/appvms/work/work.conf
                root_img           : /var/lib/qubes/vm-templates/fedora-23/root.img
                root_volatile_img  : /var/lib/qubes/appvms/work/volatile.img
                private_img        : /var/lib/qubes/appvms/work/private.img
                maxmem             : 4000
                """);
    }

    @Test
    void theLayoutOfR4() {
        assertPrints("qvm-prefs --format=r4 --hide-default work", """
                label                    -  blue
                maxmem                   -  4000
                name                     -  work
                qid                      -  4
                type                     -  AppVM
                uuid                     -  f5640b8a-f18f-5796-839d-01310f2fe7d4
                updateable               -  False
                installed_by_rpm         -  False
                last_backup              - \s
                dir                      -  /var/lib/qubes/appvms/work
                config                   -  /var/lib/qubes/appvms/work/work.conf
                firewall_conf            -  /var/lib/qubes/appvms/work/firewall.xml
                root_img                 -  /var/lib/qubes/vm-templates/fedora-23/root.img
                root_volatile_img        -  /var/lib/qubes/appvms/work/volatile.img
                private_img              -  /var/lib/qubes/appvms/work/private.img
                icon_path                -  /var/lib/qubes/appvms/work/icon.png
                kernels_dir              -  /var/lib/qubes/vm-kernels/4.4.14-11
                pool_name                -  default
                services                 -  {'meminfo-writer': True}
                ip                       -  10.137.2.6
                netmask                  -  255.255.255.0
                gateway                  - \s
                secondary_dns            -  10.137.2.254
                uses_default_netvm       -  True
                uses_default_dispvm_netvm -  True
                uses_default_kernel      -  True
                uses_default_kernelopts  -  True
                backup_content           -  False
                backup_size              -  0
                backup_path              - \s
                """);
    }

    @Test
    void twoOperandsGet() {
        assertPrints("qvm-prefs work netvm", "sys-firewall\n");
        assertPrints("qvm-prefs -g work debug", "False\n");
        assertPrints("qvm-prefs work dir", "/var/lib/qubes/appvms/work\n");
        assertPrints("qvm-prefs work ip", "10.137.2.6\n");
    }

    @Test
    void noneAndTheEmptyTextPrintNothing() {
        assertPrints("qvm-prefs vault netvm", "");
        assertPrints("qvm-prefs work backup_path", "");
    }

    @Test
    void aPropertyOfAnotherClassIsAWarning() {
        Outcome outcome = tree.run("qvm-prefs work drive");

        assertThat(outcome).isEqualTo(new Outcome(0, "", "qvm-prefs: warning: an AppVM has no property 'drive'\n"));
    }

    @Test
    void aValueAsJson() {
        assertPrints("qvm-prefs --json vault netvm", """
                {
                  "type": "property",
                  "vm": "vault",
                  "property": "netvm",
                  "value": null
                }
                """);
    }

    @Test
    void theListAsJsonIsTyped() {
        String json = tree.run("qvm-prefs --json work").out();

        assertThat(json)
                .startsWith("{\n  \"type\": \"properties\",\n  \"vm\": \"work\",\n")
                .contains("\"memory\": {\n      \"value\": 400,\n      \"default\": true\n")
                .contains("\"pcidevs\": {\n      \"value\": [],")
                .contains("\"autostart\": {\n      \"value\": false,");
    }

    @Test
    void setChangesOneAttributeAndNotAByteMore() {
        assertStore("qvm-prefs -s work memory 600", ExpectedStore.small().with("work", "memory", "600"));
    }

    @Test
    void threeOperandsSet() {
        assertStore("qvm-prefs work default_user root", ExpectedStore.small().with("work", "default_user", "root"));
    }

    @Test
    void theSameValueAgainWritesNothing() throws IOException {
        Object before = Files.getAttribute(tree.path("/var/lib/qubes/qubes.xml"), "unix:ino");

        assertStore("qvm-prefs -s work memory 400", ExpectedStore.small());
        assertThat(Files.getAttribute(tree.path("/var/lib/qubes/qubes.xml"), "unix:ino"))
                .isEqualTo(before);
    }

    @Test
    void severalAssignmentsAreSetTogether() {
        assertStore(
                "qvm-prefs work memory=600 maxmem=5000 debug=on",
                ExpectedStore.small()
                        .with("work", "memory", "600")
                        .with("work", "maxmem", "5000")
                        .with("work", "debug", "True"));
    }

    @Test
    void severalAssignmentsAreRefusedTogether() {
        assertRefused("qvm-prefs work memory=600 maxmem=abc", 1, "maxmem: 'abc' is not a whole number");
        assertRefused("qvm-prefs work memory=600 bogus=1", 1, "there is no property 'bogus'");
    }

    @Test
    void negativeValuesNeedNoDashes() {
        assertStore("qvm-prefs -s win7 timezone -7200", ExpectedStore.small().with("win7", "timezone", "-7200"));
    }

    @Test
    void negativeValuesMayStandAfterDashes() {
        assertStore("qvm-prefs -s -- win7 timezone -7200", ExpectedStore.small().with("win7", "timezone", "-7200"));
    }

    @Test
    void aNegativeAmountOfMemoryIsRefused() {
        assertRefused("qvm-prefs -s work memory -5", 1, "memory: '-5' is less than 1");
    }

    @Test
    void namedNetvmNoLongerFollowsTheDefault() {
        assertStore(
                "qvm-prefs -s work netvm sys-net",
                ExpectedStore.small()
                        .with("work", "netvm_qid", "2")
                        .with("work", "dispvm_netvm", "2")
                        .with("work", "uses_default_netvm", "False"));
    }

    @Test
    void theEmptyTextIsNoNetvm() {
        ExpectedStore cut = ExpectedStore.small()
                .with("work", "netvm_qid", "none")
                .with("work", "dispvm_netvm", "none")
                .with("work", "uses_default_netvm", "False");

        Outcome outcome = tree.run(words("qvm-prefs", "-s", "work", "netvm", ""));

        assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
        assertThat(tree.store()).isEqualTo(cut.text());
    }

    @Test
    void resetFollowsTheDefaultAgain() {
        assertStore(
                "qvm-prefs -D vault netvm",
                ExpectedStore.small()
                        .with("vault", "netvm_qid", "3")
                        .with("vault", "dispvm_netvm", "3")
                        .with("vault", "uses_default_netvm", "True"));
    }

    @Test
    void resetTakesSeveralProperties() {
        assertStore(
                "qvm-prefs --default personal label memory kernel",
                ExpectedStore.small().with("personal", "label", "red").with("personal", "memory", "400"));
        assertThat(tree.exists("/var/lib/qubes/appvms/personal/icon.png")).isTrue();
    }

    @Test
    void aKernelOfItsOwnChoice() {
        assertStore(
                "qvm-prefs work kernel 3.18.17-8",
                ExpectedStore.small().with("work", "kernel", "3.18.17-8").with("work", "uses_default_kernel", "False"));
    }

    @Test
    void theIconFollowsTheLabel() throws IOException {
        assertStore("qvm-prefs work label green", ExpectedStore.small().with("work", "label", "green"));

        assertThat(Files.readSymbolicLink(tree.path("/var/lib/qubes/appvms/work/icon.png")))
                .hasToString("/usr/share/icons/hicolor/128x128/devices/appvm-green.png");
    }

    @Test
    void autostartMakesAndRemovesALink() {
        String link = "/etc/systemd/system/multi-user.target.wants/qubes-vm@work.service";

        assertStore("qvm-prefs work autostart yes", ExpectedStore.small().with("work", "autostart", "True"));
        assertThat(tree.exists(link)).isTrue();
        assertStore("qvm-prefs work autostart off", ExpectedStore.small());
        assertThat(tree.exists(link)).isFalse();
    }

    @Test
    void renameMovesTheFiles() {
        assertStore(
                "qvm-prefs work name office",
                ExpectedStore.small()
                        .with("work", "conf_file", "office.conf")
                        .with("work", "dir_path", "/var/lib/qubes/appvms/office")
                        .with("work", "name", "office"));

        assertThat(tree.exists("/var/lib/qubes/appvms/office/private.img")).isTrue();
        assertThat(tree.exists("/var/lib/qubes/appvms/work")).isFalse();
    }

    @Test
    void renamesThatAreRefused() {
        assertRefused("qvm-prefs work name work", 1, "has this name already");
        assertRefused("qvm-prefs work name vault", 1, "there is a VM 'vault' already");
        assertRefused("qvm-prefs work name disp7", 1, "kept for DisposableVMs");
        assertRefused("qvm-prefs work name none", 1, "'none' is no VM name");
        assertRefused("qvm-prefs fedora-23 name f23", 1, "installed by a package");
        assertRefused("qvm-prefs dom0 name other", 1, "dom0 has no property 'name' that can be set");
    }

    @Test
    void ofDom0OnlyOnePropertyCanBeSet() {
        assertStore(
                "qvm-prefs dom0 include_in_backups no",
                ExpectedStore.small().with("dom0", "include_in_backups", "False"));
        assertThat(tree.run("qvm-prefs dom0 memory 5").code()).isEqualTo(1);
    }

    @Test
    void badValuesAreRefused() {
        assertRefused("qvm-prefs work memory abc", 1, "memory: 'abc' is not a whole number");
        assertRefused("qvm-prefs work vcpus 0", 1, "vcpus: '0' is less than 1");
        assertRefused("qvm-prefs work label pink", 1, "'pink'");
        assertRefused("qvm-prefs work kernel ../x", 1, "kernel: '../x' is no usable kernel");
        assertRefused("qvm-prefs work kernel nosuch", 1, "installed: 3.18.17-8, 4.4.14-11");
        assertRefused("qvm-prefs work netvm vault", 1, "'vault' gives no network");
        assertRefused("qvm-prefs work netvm nosuch", 1, "nosuch");
        assertRefused("qvm-prefs sys-firewall netvm sys-firewall", 1, "that would be a loop");
        assertRefused("qvm-prefs work template vault", 1, "'vault' is not a template");
        assertRefused("qvm-prefs work template=", 1, "would leave VM 'work' without a root image");
        assertRefused("qvm-prefs work mac 00:11", 1, "mac");
        assertRefused("qvm-prefs work debug maybe", 1, "debug");
        assertRefused("qvm-prefs work pcidevs [__import__('os').system('id')]", 1, "is no list of PCI addresses");
        assertRefused("qvm-prefs win7 maxmem 5000", 1, "an HVM has no maxmem");
        assertRefused("qvm-prefs work drive /x", 1, "an AppVM has no property 'drive'");
    }

    @Test
    void aBadValueIsShownWithoutControlCharacters() {
        Outcome outcome = tree.run(words("qvm-prefs", "work", "memory", "1\u001b[31m\n2"));

        assertRefused(outcome, 1, "memory: '1\\x1b[31m\\x0a2'");
    }

    @Test
    void whoHasNoTemplateMayBeToldSo() {
        assertPrints("qvm-prefs win7 template=", "");
        assertPrints("qvm-prefs win7 template none", "");
        assertNothingChanged();
        assertRefused("qvm-prefs win7 template fedora-23", 1, "has no template and cannot get one");
    }

    @Test
    void theTemplateIsToldWhenSet() {
        Outcome outcome = tree.run("qvm-prefs work template debian-8");

        assertThat(outcome).isEqualTo(new Outcome(0, "", "qvm-prefs: setting template of 'work' to 'debian-8'\n"));
        assertThat(tree.store())
                .isEqualTo(
                        ExpectedStore.small().with("work", "template_qid", "8").text());
    }

    @Test
    void dryRunShowsTheDifferenceAndWritesNothing() {
        assertPrints("qvm-prefs --dry-run work memory 600", "changed AppVM work (qid 4)\n  memory: 400 -> 600\n");
        assertPrints("qvm-prefs --dry-run work memory 400", "nothing would change\n");
        assertThat(tree.run("qvm-prefs --dry-run work label red autostart on name x")
                        .code())
                .isEqualTo(1);
        assertThat(tree.run("qvm-prefs --dry-run work label=red autostart=on name=x")
                        .code())
                .isZero();
        assertNothingChanged();
    }

    @Test
    void anEditAsJson() {
        assertThat(tree.run("qvm-prefs --json work memory 600").out())
                .contains("\"dry_run\": false,\n  \"saved\": true,")
                .contains("\"attribute\": \"memory\",\n          \"before\": \"400\",\n          \"after\": \"600\"");
    }

    @Test
    void theOldCodesForWrongUsageOfSet() {
        assertRefused("qvm-prefs -l -s work", 1, "give only one of");
        assertRefused("qvm-prefs -s work", 1, "settable are: autostart debug");
        assertRefused("qvm-prefs -s work memory", 1, "memory: one value expected");
        assertRefused("qvm-prefs -s work memory 1 2", 1, "memory: one value expected");
        assertRefused("qvm-prefs -s work services x", 1, "there is no property 'services' that can be set");
        assertRefused("qvm-prefs work bogus", 1, "there is no property 'bogus'");
        assertRefused("qvm-prefs nosuch", 1, "no VM has the name 'nosuch'");
    }

    @Test
    void otherWrongUsageIsTwo() {
        assertRefused("qvm-prefs", USAGE, "name of a VM expected");
        assertRefused("qvm-prefs -g work", USAGE, "--get takes a VM and one property");
        assertRefused("qvm-prefs -l work memory", USAGE, "--list takes one VM");
        assertRefused("qvm-prefs -D work", USAGE, "--default takes a VM and the properties to reset");
        assertRefused("qvm-prefs --format=r5 work", USAGE, "'r5' is none of r3, r4");
    }

    @Test
    void propertiesAreListedWithoutAStore() {
        assertThat(StoreTree.empty(tree.path("/nowhere"))
                        .run("qvm-prefs --help-properties")
                        .out())
                .contains("memory ")
                .contains("qid*")
                .endsWith("* can only be read\n");
    }

    @Test
    void usageThenRootThenStore() throws IOException {
        assertOrderOfChecks("qvm-prefs -g work", "qvm-prefs -s work memory 600");
        assertStoreComesLast("qvm-prefs -g work", "qvm-prefs work");
    }

    @Test
    void rootMayForceIt() {
        assertThat(tree.runAsRoot("qvm-prefs --force-root work netvm").out()).isEqualTo("sys-firewall\n");
        assertThat(tree.runAsRoot("qvm-prefs --force work netvm").code()).isZero();
    }

    @Test
    void aVmWithADirectoryOfItsOwnStaysBesideIt() {
        tree.write(
                "/var/lib/qubes/qubes.xml",
                tree.store()
                        .replace("dir_path=\"/var/lib/qubes/appvms/work\"", "dir_path=\"/mnt/big/appvms/work\"")
                        .replaceFirst(
                                "(conf_file=\"work.conf\".*?)firewall_conf=\"firewall.xml\"",
                                "$1firewall_conf=\"/mnt/big/appvms/work/rules/own.xml\"")
                        .replaceFirst("(name=\"work\".*?) pool_name=\"default\"", "$1"));
        tree.write("/mnt/big/appvms/work/rules/own.xml", "<QubesFirewallRules policy=\"deny\"/>");

        assertThat(tree.run("qvm-prefs work name office").code()).isZero();

        assertThat(tree.exists("/mnt/big/appvms/office/rules/own.xml")).isTrue();
        assertThat(tree.exists("/mnt/big/appvms/work")).isFalse();
        assertThat(tree.run("qvm-prefs office dir").out()).isEqualTo("/mnt/big/appvms/office\n");
        assertThat(tree.run("qvm-firewall office").out()).contains("DENY");
    }

    @Test
    void whoGivesNoLabelAndNoKernelHearsWhichThereAre() {
        assertRefused("qvm-prefs -s work label", 1, "orange");
        assertRefused("qvm-prefs -s work kernel", 1, "installed: 3.18.17-8, 4.4.14-11");
    }
}
