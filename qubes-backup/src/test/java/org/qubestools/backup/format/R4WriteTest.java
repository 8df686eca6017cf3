package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.format.R4QubesXml.Place;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmFacts;
import org.qubestools.fixtures.Fixtures;

class R4WriteTest {
    private static final List<Attribute<?>> COMMON = List.of(
            Attributes.QID,
            Attributes.LABEL,
            Attributes.MEMORY,
            Attributes.MAXMEM,
            Attributes.VCPUS,
            Attributes.DEFAULT_USER,
            Attributes.QREXEC_TIMEOUT,
            Attributes.DEBUG,
            Attributes.AUTOSTART,
            Attributes.INTERNAL,
            Attributes.INCLUDE_IN_BACKUPS,
            Attributes.MAC,
            Attributes.PCIDEVS,
            Attributes.USES_DEFAULT_NETVM,
            Attributes.USES_DEFAULT_KERNEL,
            Attributes.USES_DEFAULT_KERNELOPTS);

    private static Map<Integer, Place> places(BackupContents contents) {
        Map<Integer, Place> places = new HashMap<>();
        for (BackupItem item : contents.items()) {
            places.put(item.vm().qid(), new Place(item.path(), item.size()));
        }
        return places;
    }

    private static byte[] writtenAgain(byte[] xml) {
        BackupContents contents = R4QubesXml.read(xml);
        Map<Integer, byte[]> firewalls = new HashMap<>();
        R4QubesXml.firewalls(xml).forEach((qid, text) -> firewalls.put(qid, BackupXml.utf8(text)));
        return R4QubesXml.write(contents.vms(), places(contents), firewalls);
    }

    private static VmCollection store(String... elements) {
        return StoreContents.read(BackupXml.store(elements)).vms();
    }

    private static String written(String... elements) {
        return new String(R4QubesXml.write(store(elements), Map.of(), Map.of()), StandardCharsets.UTF_8);
    }

    @Test
    void theSampleIsWrittenAsItWasRead() {
        // the sample has its globals in another order than the format notes, and leaves one out
        String globals = """
                    <property name="default_netvm">sys-firewall</property>
                    <property name="default_template">fedora-23</property>
                    <property name="default_kernel">4.4.14-11</property>
                """;
        String asSpecified = """
                    <property name="default_kernel">4.4.14-11</property>
                    <property name="default_netvm">sys-firewall</property>
                    <property name="default_template">fedora-23</property>
                    <property name="updatevm">sys-firewall</property>
                """;
        String sample = BackupXml.text("v4-from-r3.xml");
        assertThat(sample).contains(globals);

        byte[] written = writtenAgain(BackupXml.utf8(sample));

        assertThat(BackupXml.canonical(written))
                .isEqualTo(BackupXml.canonical(BackupXml.utf8(sample.replace(globals, asSpecified))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r1-small",
                "r2-small",
                "r2-rich",
                "r3.0-small",
                "r3.0-rich",
                "r3.1-rich",
                "r3.2-small",
                "r3.2-rich",
                "r3.2-offline",
                "hand-edited",
                "initial-empty"
            })
    void everyStoreComesBackWithoutLoss(String name) {
        VmCollection vms = StoreContents.parse(Fixtures.bytes("qubes-xml/stores/" + name + ".xml"))
                .vms();

        VmCollection read =
                R4QubesXml.read(R4QubesXml.write(vms, Map.of(), Map.of())).vms();

        for (QubesVm vm : vms.inDocumentOrder()) {
            QubesVm back = read.byQid(vm.qid());
            if (vm.vmClass() == VmClass.DISPOSABLE) {
                assertThat(back).isNull();
            } else {
                assertThat(back).isNotNull();
                assertThat(back.vmClass()).isEqualTo(vm.vmClass());
                assertThat(attributes(back)).isEqualTo(attributes(vm));
            }
        }
        for (Globals.Key key : Globals.Key.all()) {
            assertThat(read.rootAttributes().get(key.xmlName()))
                    .isEqualTo(vms.rootAttributes().get(key.xmlName()));
        }
    }

    private static Map<String, String> attributes(QubesVm vm) {
        Map<String, String> attributes = new HashMap<>();
        for (String name : vm.attributes().names()) {
            boolean stays = name.startsWith("backup_")
                    || name.endsWith("_img")
                    || Set.of("uuid", "dir_path", "conf_file").contains(name)
                    || (name.equals("firewall_conf")
                            && vm.getOr(Attributes.FIREWALL_CONF, "").startsWith("/"));
            if (!stays) {
                attributes.put(name, String.valueOf(vm.attributes().get(name)));
            }
        }
        return attributes;
    }

    @Test
    void onlyVmsInTheBackupHaveAPlace() {
        VmCollection vms = store("<QubesAppVm qid='5' name='a'/>", "<QubesAppVm qid='6' name='b'/>");

        byte[] xml = R4QubesXml.write(vms, Map.of(6, new Place("vm6", 12)), Map.of());

        assertThat(R4QubesXml.read(xml).items())
                .extracting(item -> item.vm().name(), BackupItem::path, BackupItem::size)
                .containsExactly(tuple("b", "vm6", 12L));
    }

    @Test
    void dom0IsWrittenEvenIfTheStoreHasNone() {
        assertThat(written("<QubesAppVm qid='5' name='a'/>"))
                .contains("<domain id=\"domain-0\" class=\"AdminVM\">")
                .contains("<QubesAdminVm/>");
    }

    @Test
    void vmsThatCannotBeToldApartAreLeftOut() {
        String[] elements = {
            "<QubesAppVm qid='5' name='a'/>",
            "<QubesAppVm qid='5' name='b'/>",
            "<QubesAppVm qid='6' name='c'/>",
            "<QubesAppVm qid='7' name='c'/>",
            "<QubesAppVm qid='8' name='../d'/>",
            "<QubesAppVm name='e'/>",
            "<QubesDisposableVm qid='9' dispid='1'/>"
        };

        assertThat(written(elements)).doesNotContain("QubesAppVm").doesNotContain("Disposable");
        assertThatThrownBy(() -> R4QubesXml.write(store(elements), Map.of(6, new Place("vm6", 0)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDanglingNetvmIsNone() {
        assertThat(written("<QubesAppVm qid='5' name='a' uses_default_netvm='False' netvm_qid='77'/>"))
                .contains("<property name=\"netvm\"/>")
                .contains("netvm_qid=\"77\"");
    }

    @Test
    void devicesCarryTheirResetOption() {
        assertThat(written("<QubesAppVm qid='5' name='a' pcidevs=\"['00:19.0']\" pci_strictreset='False'/>"))
                .contains("<devices class=\"pci\">")
                .contains("<device backend-domain=\"dom0\" id=\"00_19.0\">")
                .contains("<option name=\"no-strict-reset\">True</option>");
    }

    @Test
    void aServiceThatNoFeatureCanNameIsOnlyInTheEntryForR3() {
        String xml = written("<QubesAppVm qid='5' name='a' services=\"{'a\\x00b': True, 'c d': True, 'e': True}\"/>");

        assertThat(xml).containsOnlyOnce("<feature name=\"service.").contains("services=\"{'a\\x00b': True");
    }

    @Test
    void templatesOfHvmsAreTemplates() {
        assertThat(written("<QubesTemplateHVm qid='5' name='t'/>", "<QubesHVm qid='6' name='h' template_qid='5'/>"))
                .contains("<domain id=\"domain-5\" class=\"TemplateVM\">")
                .contains("<domain id=\"domain-6\" class=\"AppVM\">")
                .contains("<property name=\"template\">t</property>")
                .contains("<property name=\"memory\">512</property>")
                .doesNotContain("maxmem");
    }

    @Test
    void aDamagedFirewallIsRefusedAndItsVmNamed() {
        VmCollection vms = store("<QubesAppVm qid='5' name='a'/>");

        assertThatThrownBy(() -> R4QubesXml.write(vms, Map.of(), Map.of(5, BackupXml.utf8("<a"))))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                .hasMessageStartingWith("firewall.xml of VM 'a': ");
    }

    @Test
    void unknownPartsOfAFirewallAreKept() {
        VmCollection vms = store("<QubesAppVm qid='5' name='a'/>");
        String firewall = "<QubesFirewallRules policy=\"allow\" own=\"&lt;x&gt;\">\n  <more/>\n</QubesFirewallRules>\n";

        byte[] xml = R4QubesXml.write(vms, Map.of(), Map.of(5, BackupXml.utf8(firewall)));

        assertThat(R4QubesXml.firewalls(xml)).containsExactly(entry(5, firewall));
    }

    @Test
    void aPlaceThatNoReaderAcceptsIsAMistakeOfTheCaller() {
        VmCollection vms = store("<QubesAppVm qid='5' name='a'/>", "<QubesAppVm qid='6' name='b'/>");

        for (String path : List.of("dom0-home/a", "qubes.xml", "vm6")) {
            Map<Integer, Place> places = Map.of(5, new Place(path, 0), 6, new Place("vm6/x", 0));
            assertThatThrownBy(() -> R4QubesXml.write(vms, places, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new Place("../a", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Place("vm5", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatNoReaderWouldAcceptIsNotWritten() {
        VmCollection vms = store("<QubesAppVm qid='5' name='a'/>");
        String deep = "<QubesFirewallRules>" + "<a>".repeat(30) + "</a>".repeat(30) + "</QubesFirewallRules>";

        assertThatThrownBy(() -> R4QubesXml.write(vms, Map.of(), Map.of(5, BackupXml.utf8(deep))))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                .hasMessageContaining("nested too deeply");
    }

    @Test
    void thePartForR4SaysTheSameAsThatForR3() {
        byte[] sample = BackupXml.bytes("v4-from-r3.xml");
        VmCollection stored = R4QubesXml.read(writtenAgain(sample)).vms();
        String onlyR4 = new String(writtenAgain(sample), StandardCharsets.UTF_8)
                .replaceAll("(?s)<qubes-r3>.*?</qubes-r3>", "")
                .replaceAll("<qubes-r3 .*/>", "");

        VmCollection translated = R4QubesXml.read(BackupXml.utf8(onlyR4)).vms();

        assertThat(onlyR4).doesNotContain("qubes-r3");
        for (QubesVm vm : stored.inDocumentOrder()) {
            QubesVm other = translated.require(vm.name());
            if (vm.name().equals("builder")) {
                // a standalone VM with a kernel of its own: for R4 that is what an HVM has
                assertThat(other.vmClass()).isEqualTo(VmClass.HVM);
                continue;
            }
            assertThat(other.vmClass()).isEqualTo(vm.vmClass());
            for (Attribute<?> attribute : COMMON) {
                assertThat(other.get(attribute))
                        .as(vm.name() + " " + attribute.xmlName())
                        .isEqualTo(vm.vmClass() == VmClass.ADMIN ? other.get(attribute) : vm.get(attribute));
            }
            assertThat(translated.template(other).shown("-"))
                    .isEqualTo(stored.template(vm).shown("-"));
            assertThat(translated.netvm(other).shown("-"))
                    .isEqualTo(stored.netvm(vm).shown("-"));
            assertThat(new VmFacts(translated, other, Optional::empty).kernel())
                    .isEqualTo(new VmFacts(stored, vm, Optional::empty).kernel());
            assertThat(new VmFacts(translated, other, Optional::empty).kernelopts())
                    .isEqualTo(new VmFacts(stored, vm, Optional::empty).kernelopts());
        }
    }
}
