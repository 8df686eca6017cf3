package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;

class R4ReadTest {
    /** A document of R4 with a template, a network and these domains. */
    private static byte[] document(String... domains) {
        return BackupXml.utf8("<qubes><properties><property name='default_netvm'>net</property>"
                + "<property name='default_template'>tpl</property></properties><domains>"
                + domain("TemplateVM", "tpl", 1, "")
                + domain(
                        "AppVM",
                        "net",
                        2,
                        "<property name='provides_network'>True</property>" + "<property name='netvm'></property>")
                + String.join("", domains)
                + "</domains></qubes>");
    }

    private static String domain(String type, String name, int qid, String properties, String... rest) {
        return "<domain id='domain-" + qid + "' class='" + type + "'><properties><property name='name'>" + name
                + "</property><property name='qid'>" + qid + "</property>" + properties
                + "</properties><features><feature name='backup-content'>1</feature><feature name='backup-path'>vm"
                + qid + "/</feature></features>" + String.join("", rest) + "</domain>";
    }

    private static String property(String name, String text) {
        return "<property name='" + name + "'>" + text + "</property>";
    }

    /** The VM {@code a} of this kind, with these properties, as it is read. */
    private static BackupItem read(String type, String properties, String... rest) {
        List<BackupItem> items = R4QubesXml.read(document(domain(type, "a", 5, properties, rest)))
                .items();
        return items.get(items.size() - 1);
    }

    @Test
    void theSampleOfR4IsTranslated() {
        BackupContents contents = R4QubesXml.read(BackupXml.bytes("v4-gzip.xml"));

        assertThat(contents.items())
                .extracting(item -> item.vm().name(), BackupItem::path, BackupItem::size, BackupItem::violation)
                .containsExactly(
                        tuple("dom0", "dom0-home/user", 122880L, ""),
                        tuple("fedora-39", "vm1", 16384L, ""),
                        tuple("personal", "vm5", 49152L, ""),
                        tuple("work", "vm4", 24576L, ""));
        assertThat(contents.items())
                .extracting(BackupItem::remarks)
                .containsExactly(
                        List.of(),
                        List.of("not kept: feature qrexec, feature gui"),
                        List.of(),
                        List.of("not kept: feature menu-items"));
    }

    @Test
    void thePropertiesOfTheSampleGoOver() {
        BackupContents contents = R4QubesXml.read(BackupXml.bytes("v4-gzip.xml"));
        QubesVm work = contents.vms().require("work");
        QubesVm net = contents.vms().require("sys-net");

        assertThat(work.vmClass()).isEqualTo(VmClass.APP);
        assertThat(work.get(Attributes.MEMORY)).isEqualTo(500);
        assertThat(work.get(Attributes.MAXMEM)).isEqualTo(4000);
        assertThat(work.get(Attributes.SERVICES)).isEqualTo(Map.of("meminfo-writer", true, "cups", true));
        assertThat(contents.vms().template(work).shown("")).isEqualTo("fedora-39");
        assertThat(contents.vms().netvm(work).shown("")).isEqualTo("sys-net");
        assertThat(net.vmClass()).isEqualTo(VmClass.NET);
        assertThat(contents.vms().globals().clockvm()).isEqualTo(net);
        assertThat(contents.vms().globals().defaultKernel()).isEqualTo("6.1.62-1");
        assertThat(contents.vms().globals().updatevm()).isNull();
    }

    @Test
    void whatR3StoredIsTakenFromItsOwnElements() {
        BackupContents contents = R4QubesXml.read(BackupXml.bytes("v4-from-r3.xml"));

        assertThat(contents.items())
                .extracting(item -> item.vm().name(), item -> item.vm().vmClass(), BackupItem::path, BackupItem::size)
                .containsExactly(
                        tuple("dom0", VmClass.ADMIN, "dom0-home/user", 12288L),
                        tuple("fedora-23", VmClass.TEMPLATE, "vm1", 28672L),
                        tuple("sys-firewall", VmClass.PROXY, "vm3", 4096L),
                        tuple("work", VmClass.APP, "vm5", 69632L),
                        tuple("vault", VmClass.APP, "vm6", 0L),
                        tuple("win7", VmClass.HVM, "vm7", 16384L),
                        tuple("builder", VmClass.APP, "vm9", 24576L));
        assertThat(contents.items()).allSatisfy(item -> {
            assertThat(item.violation()).isEmpty();
            assertThat(item.remarks()).isEmpty();
        });
        assertThat(contents.vms().require("win7").get(Attributes.TIMEZONE)).isEqualTo("3600");
        assertThat(contents.vms().globals().updatevm()).isEqualTo(contents.vms().require("sys-firewall"));
    }

    @Test
    void firewallsOfR3AreGivenOutByQid() {
        Map<Integer, String> firewalls = R4QubesXml.firewalls(BackupXml.bytes("v4-from-r3.xml"));

        assertThat(firewalls).containsOnlyKeys(5);
        assertThat(firewalls.get(5))
                .startsWith("<QubesFirewallRules policy=\"deny\" dns=\"allow\" icmp=\"deny\" yumProxy=\"deny\">\n")
                .contains("<rule address=\"mail.example.com\" proto=\"tcp\" port=\"993\" toport=\"995\"/>");
    }

    @ParameterizedTest
    @CsvSource({
        "TemplateVM, '', TEMPLATE",
        "AppVM, '', APP",
        "StandaloneVM, '', APP",
        "StandaloneVM, kernel=, HVM",
        "StandaloneVM, kernel=4.4, APP",
        "AppVM, provides_network=True, PROXY",
        "AppVM, provides_network=True netvm=net, PROXY",
        "AppVM, provides_network=True netvm=, NET",
        "AppVM, provides_network=False netvm=, APP",
        "StandaloneVM, provides_network=True netvm=, NET",
    })
    void theClassFollowsFromTheProperties(String type, String properties, VmClass expected) {
        StringBuilder xml = new StringBuilder();
        for (String property : properties.isEmpty() ? new String[0] : properties.split(" ", -1)) {
            int equals = property.indexOf('=');
            xml.append(property(property.substring(0, equals), property.substring(equals + 1)));
        }

        BackupItem item = read(type, xml.toString());

        assertThat(item.vm().vmClass()).isEqualTo(expected);
        assertThat(item.violation()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DispVM", "RemoteVM", "", "&#x9b;31m"})
    void anyOtherClassFailsTheVm(String type) {
        BackupItem item = read(type, "");

        assertThat(item.violation()).startsWith("there is no kind of VM here").isPrintable();
        assertThat(item.vm().name()).isEqualTo("a");
    }

    @Test
    void anEmptyNetvmIsNoneAndAnAbsentOneTheDefault() {
        assertThat(read("AppVM", "").vm().is(Attributes.USES_DEFAULT_NETVM)).isTrue();

        QubesVm offline = read("AppVM", property("netvm", "")).vm();
        assertThat(offline.is(Attributes.USES_DEFAULT_NETVM)).isFalse();
        assertThat(offline.get(Attributes.NETVM)).isEqualTo("none");
    }

    @Test
    void referencesToVmsThatAreNotThereStayBroken() {
        byte[] xml = document(
                domain("AppVM", "a", 5, property("template", "gone") + property("netvm", "away")),
                domain("AppVM", "b", 6, property("template", "2") + property("netvm", "2")));
        BackupContents contents = R4QubesXml.read(xml);
        QubesVm a = contents.vms().require("a");
        QubesVm b = contents.vms().require("b");

        assertThat(contents.vms().template(a).shown("")).isEqualTo("?gone");
        assertThat(contents.vms().netvm(a).shown("")).isEqualTo("?away");
        assertThat(contents.vms().template(b).shown("")).isEqualTo("??");
        assertThat(contents.vms().netvm(b).shown("")).isEqualTo("??");
        assertThat(contents.items().get(2).remarks())
                .containsExactly(
                        "template_qid: its template is not in the store", "netvm_qid: its NetVM is not in the store");
    }

    @Test
    void anAppVmWithoutTemplateHasTheDefaultOne() {
        byte[] xml = document(domain("AppVM", "a", 5, ""));
        BackupContents contents = R4QubesXml.read(xml);

        assertThat(contents.vms().template(contents.vms().require("a")).shown(""))
                .isEqualTo("tpl");
    }

    @Test
    void simplePropertiesKeepTheirText() {
        QubesVm vm = read(
                        "AppVM",
                        property("label", "green")
                                + property("vcpus", "4")
                                + property("default_user", "root")
                                + property("qrexec_timeout", "90")
                                + property("debug", "True")
                                + property("autostart", "True")
                                + property("mac", "00:16:3e:00:00:01")
                                + property("include_in_backups", "False")
                                + property("maxmem", "0")
                                + property("kernel", "4.4")
                                + property("kernelopts", "a &lt; b"))
                .vm();

        assertThat(vm.get(Attributes.LABEL)).hasToString("GREEN");
        assertThat(vm.get(Attributes.VCPUS)).isEqualTo(4);
        assertThat(vm.get(Attributes.DEFAULT_USER)).isEqualTo("root");
        assertThat(vm.get(Attributes.QREXEC_TIMEOUT)).isEqualTo(90);
        assertThat(vm.is(Attributes.DEBUG)).isTrue();
        assertThat(vm.is(Attributes.AUTOSTART)).isTrue();
        assertThat(vm.get(Attributes.MAC)).isEqualTo("00:16:3e:00:00:01");
        assertThat(vm.is(Attributes.INCLUDE_IN_BACKUPS)).isFalse();
        assertThat(vm.get(Attributes.MAXMEM)).isEqualTo(400);
        assertThat(vm.is(Attributes.USES_DEFAULT_KERNEL)).isFalse();
        assertThat(vm.get(Attributes.KERNEL)).isEqualTo("4.4");
        assertThat(vm.is(Attributes.USES_DEFAULT_KERNELOPTS)).isFalse();
        assertThat(vm.get(Attributes.KERNELOPTS)).isEqualTo("a < b");
    }

    @Test
    void featuresAndDevicesGoOver() {
        BackupItem item = read(
                "AppVM",
                "",
                "<features><feature name='internal'>1</feature><feature name='check-updates'/>"
                        + "<feature name='service.x'>1</feature><feature name='service.meminfo-writer'/></features>",
                "<devices class='pci'><device backend-domain='dom0' id='00_19.0'>"
                        + "<option name='no-strict-reset'>True</option></device></devices>");

        assertThat(item.remarks()).isEmpty();
        assertThat(item.vm().is(Attributes.INTERNAL)).isTrue();
        assertThat(item.vm().get(Attributes.SERVICES))
                .isEqualTo(Map.of("meminfo-writer", false, "qubes-update-check", false, "x", true));
        assertThat(item.vm().get(Attributes.PCIDEVS)).hasToString("[00:19.0]");
        assertThat(item.vm().is(Attributes.PCI_STRICTRESET)).isFalse();
    }

    @Test
    void whatCannotBeKeptIsNamedInOneRemark() {
        BackupItem item = read(
                "AppVM",
                property("guivm", "dom0") + property("virt_mode", "hvm") + property("kernel", ""),
                "<features><feature name='service.&#x9b;'>1</feature></features>",
                "<tags><tag name='t'/></tags>",
                "<devices class='usb'><device backend-domain='usb' id='2-1'/></devices>",
                "<devices class='pci'><device backend-domain='dom0' id='*'/></devices>");

        assertThat(item.violation()).isEmpty();
        assertThat(item.remarks())
                .containsExactly("not kept: feature service.\\x9b, usb device 2-1, pci device *, property guivm,"
                        + " property virt_mode, kernel on its own disk, tag t");
    }

    @Test
    void aRemarkDoesNotGrowWithoutLimit() {
        String tags = "<tag name='" + "x".repeat(300) + "'/>";

        BackupItem item = read("AppVM", "", "<tags>" + tags.repeat(1000) + "</tags>");

        assertThat(item.remarks())
                .singleElement()
                .asString()
                .endsWith("and 992 more")
                .hasSizeLessThan(2000);
    }

    @Test
    void anUnusableValueIsARemark() {
        assertThat(read("AppVM", property("memory", "much") + property("label", "cyan"))
                        .remarks())
                .hasSize(2)
                .anySatisfy(remark -> assertThat(remark).startsWith("label: 'cyan' is not usable"))
                .anySatisfy(remark -> assertThat(remark).startsWith("memory: 'much' is not usable"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<qubes>",
                "<QubesVmCollection/>",
                "<!DOCTYPE qubes><qubes/>",
                "<qubes><domains><domain class='AppVM'><features><feature name='backup-content'>1</feature>"
                        + "</features></domain></domains></qubes>",
                "<qubes><properties><property name='a'/><property name='a'/></properties></qubes>",
            })
    void aDamagedDocumentIsRefused(String xml) {
        assertThatThrownBy(() -> R4QubesXml.read(BackupXml.utf8(xml)))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP))
                .hasMessageStartingWith("qubes.xml of the backup");
    }

    @Test
    void twoVmsWithOneNameOrQidRefuseTheBackup() {
        byte[] names = document(domain("AppVM", "tpl", 7, ""));
        byte[] qids = document(domain("AppVM", "x", 1, ""));

        assertThatThrownBy(() -> R4QubesXml.read(names)).hasMessageContaining("two VMs have the name 'tpl'");
        assertThatThrownBy(() -> R4QubesXml.read(qids)).hasMessageContaining("two VMs have the qid 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<QubesAppVm name='b' qid='5'/>",
                "<QubesAppVm name='a' qid='6'/>",
                "<QubesAdminVm/>",
                "<QubesAppVm name='a' qid='5'/><QubesAppVm name='a' qid='5'/>",
                "<other/>",
            })
    void entriesThatDoNotAgreeFailTheVm(String stored) {
        assertThat(read("AppVM", "", "<qubes-r3>" + stored + "</qubes-r3>").violation())
                .startsWith("its entr");
    }

    @Test
    void whateverIsDamagedEndsInContentsOrOurError() {
        long seed = new Random().nextLong();
        Mutations mutations = new Mutations(seed);
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = mutations.of(BackupXml.bytes(i % 2 == 0 ? "v4-from-r3.xml" : "v4-gzip.xml"));
            try {
                BackupContents contents = R4QubesXml.read(damaged);
                assertThat(contents.items()).allSatisfy(item -> {
                    assertThat(item.violation()).matches("[ -~]*");
                    assertThat(item.remarks())
                            .allSatisfy(remark -> assertThat(remark).isPrintable());
                });
                R4QubesXml.firewalls(damaged);
            } catch (QubesException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP);
                assertThat(e.getMessage()).isPrintable();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
    }
}
