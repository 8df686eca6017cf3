package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainSpec;

/** What the recordings of conformance do not have: every kind of VM, odd values, and what ours does differently. */
final class XenProfileTest {
    private static final String POOL = "/var/lib/qubes/";

    private final SampleStore store = SampleStore.complete();

    private static XmlElement domain(DomainSpec spec) {
        return domain(spec, new CompleteHost());
    }

    private static XmlElement domain(DomainSpec spec, CompleteHost host) {
        return XmlReader.read(new XenProfile(host).domainXml(spec));
    }

    /** Target, source, script and whether it is read-only, a line each. */
    private static List<String> disks(XmlElement domain) {
        List<String> disks = new ArrayList<>();
        for (XmlElement disk : domain.at("devices").children("disk")) {
            XmlElement script = disk.at("script");
            disks.add(disk.at("target").attribute("dev") + " "
                    + disk.at("source").attribute("dev").replace(POOL, "")
                    + (script == null ? "" : " " + script.attribute("path"))
                    + (disk.at("readonly") == null ? "" : " ro"));
        }
        return disks;
    }

    @Test
    void aDisposableVmHasNoPrivateDisk() {
        assertThat(disks(domain(store.spec("disp3"))))
                .containsExactly(
                        "xvda vm-templates/fedora/root.img:vm-templates/fedora/root-cow.img" + " block-snapshot ro",
                        "xvdc appvms/fedora-dvm/volatile.img",
                        "xvdd vm-kernels/4.4.14-11/modules.img ro");
        assertThat(domain(store.spec("disp3")).at("devices", "interface", "ip").attribute("address"))
                .isEqualTo("10.138.2.4");
    }

    @Test
    void aDisposableVmThatIsBootedHasDisksOfItsOwn() {
        assertThat(disks(domain(store.spec("disp3", null, true))))
                .contains("xvdb appvms/fedora-dvm/disp3-private.img", "xvdc appvms/fedora-dvm/disp3-volatile.img");
        assertThat(disks(domain(store.spec("work", null, true)))).contains("xvdb appvms/work/private.img");
    }

    @Test
    void anHvmOfATemplateWritesToItsVolatileImage() {
        assertThat(disks(domain(store.spec("win-work"))))
                .containsExactly(
                        "xvda vm-templates/win-base/root.img:appvms/win-work/volatile.img block-snapshot",
                        "xvdb appvms/win-work/private.img");
    }

    @Test
    void anHvmTemplateIsTheOriginOfSnapshots() {
        assertThat(disks(domain(store.spec("win-base"))))
                .containsExactly(
                        "xvda vm-templates/win-base/root.img:vm-templates/win-base/root-cow.img block-origin",
                        "xvdb vm-templates/win-base/private.img");
    }

    @Test
    void aDriveCanBeADiskOrACdromOfAnyVm() {
        DomainSpec cdrom = store.with("win", "drive", "cdrom:dom0:/srv/a:b.iso").spec("win");
        DomainSpec disk = store.with("win", "drive", "hd:sys-net:/dev/sdb").spec("win");

        XmlElement first = domain(cdrom).at("devices").children("disk").get(2);
        XmlElement second = domain(disk).at("devices").children("disk").get(2);

        assertThat(disks(domain(cdrom))).contains("xvdd /srv/a:b.iso ro");
        assertThat(first.attribute("device")).isEqualTo("cdrom");
        assertThat(first.at("backenddomain")).isNull();
        assertThat(disks(domain(disk))).contains("xvdd /dev/sdb");
        assertThat(second.attribute("device")).isEqualTo("disk");
        assertThat(second.at("backenddomain").attribute("name")).isEqualTo("sys-net");
    }

    @Test
    void modulesAreLeftOutWhereThereAreNone() {
        CompleteHost host = new CompleteHost().without(POOL + "vm-kernels/4.4.14-11/modules.img");

        assertThat(disks(domain(store.spec("alone"), host))).noneMatch(disk -> disk.startsWith("xvdd"));
    }

    @Test
    void anOwnKernelHasModulesToWriteTo() {
        SampleStore own = store.with("alone", "uses_default_kernel", "False").with("alone", "kernel", "None");

        XmlElement domain = domain(own.spec("alone"));

        assertThat(domain.at("os", "kernel").text()).isEqualTo(POOL + "appvms/alone/kernels/vmlinuz");
        assertThat(disks(domain)).contains("xvdd appvms/alone/kernels/modules.img");
    }

    @Test
    void kernelOptionsArriveWhateverTheyHold() {
        SampleStore odd = store.with("work", "uses_default_kernelopts", "False")
                .with("work", "kernelopts", "a=\"<&'>\" b")
                .with("work", "debug", "True");

        assertThat(domain(odd.spec("work")).at("os", "cmdline").text())
                .isEqualTo("root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH rd.plymouth.enable=0"
                        + " plymouth.enable=0 a=\"<&'>\" b earlyprintk=xen");
    }

    @Test
    void pathsAreBelowTheRoot() {
        XmlElement domain = domain(store.spec("alone"), new CompleteHost("/tmp/tree & more"));

        assertThat(domain.at("os", "kernel").text())
                .isEqualTo("/tmp/tree & more/var/lib/qubes/vm-kernels/4.4.14-11/vmlinuz");
        assertThat(domain.at("devices", "disk", "source").attribute("dev"))
                .isEqualTo("/tmp/tree & more/var/lib/qubes/appvms/alone/root.img");
    }

    @Test
    void aTimeZoneThatMeansNothingIsUtcAndToldOf() {
        for (String zone : new String[] {"Europe/Warsaw", "", "-", "1e3", "None", "12345678901234567890"}) {
            DomainSpec spec = store.with("win", "timezone", zone).spec("win");
            XmlElement clock = domain(spec).at("clock");

            assertThat(clock.attribute("basis")).as(zone).isEqualTo("utc");
            assertThat(clock.attribute("adjustment")).as(zone).isEqualTo("0");
            assertThat(new XenProfile(new CompleteHost()).warnings(spec))
                    .singleElement()
                    .asString()
                    .isEqualTo("VM 'win' gets UTC: its timezone '" + zone
                            + "' is neither localtime nor a number of seconds; set it with qvm-prefs");
        }
    }

    @Test
    void aTimeZoneThatMeansSomethingIsTaken() {
        for (String zone : new String[] {"-3600", "3600", "0"}) {
            DomainSpec spec = store.with("win", "timezone", zone).spec("win");

            assertThat(domain(spec).at("clock").attribute("adjustment")).isEqualTo(zone);
            assertThat(domain(spec).at("clock").attribute("basis")).isEqualTo("utc");
            assertThat(new XenProfile(new CompleteHost()).warnings(spec)).isEmpty();
        }
        DomainSpec local = store.with("win", "timezone", "LocalTime").spec("win");
        assertThat(domain(local).at("clock").attribute("basis")).isEqualTo("localtime");
    }

    @Test
    void anHvmWithoutNetvmHasAnEmulatorWithoutNetwork() {
        XmlElement emulator = domain(store.spec("win-base")).at("devices", "emulator");

        assertThat(emulator.attribute("type")).isEqualTo("stubdom");
        assertThat(emulator.attribute("cmdline")).isNull();
    }

    @Test
    void memoryIsNeverMoreThanItsMaximum() {
        SampleStore small = store.with("work", "memory", "900").with("work", "maxmem", "500");

        assertThat(domain(small.spec("work")).at("currentMemory").text()).isEqualTo("500");
        assertThat(domain(small.spec("work")).at("memory").text()).isEqualTo("500");
    }

    @Test
    void aDomainWithoutUuidGetsNoElement() {
        DomainSpec spec = new DomainSpec("", store.spec("work").vm());

        assertThat(domain(spec).at("uuid")).isNull();
    }

    @Test
    void anOwnDefinitionIsTakenAsItIs() {
        DomainSpec spec = store.spec("work", "<domain type='xen'/>", false);

        assertThat(new XenProfile(new CompleteHost()).domainXml(spec)).isEqualTo("<domain type='xen'/>");
    }

    @Test
    void theInterfaceIsThatOfTheDefinition() {
        XmlElement element = XmlReader.read(new XenProfile(new CompleteHost()).interfaceXml(store.spec("work")));

        assertThat(element.at("backenddomain").attribute("name")).isEqualTo("sys-firewall");
        assertThat(element.at("mac").attribute("address")).isEqualTo("00:16:3E:5E:6C:04");
        assertThat(element.at("ip").attribute("address")).isEqualTo("10.137.2.6");
        assertThatThrownBy(() -> new XenProfile(new CompleteHost()).interfaceXml(store.spec("alone")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aVmWithoutTemplateOrNameIsRefusedInOneLine() {
        DomainSpec broken = store.with("work", "template_qid", "77").spec("work");
        DomainSpec badName = new DomainSpec(
                "", store.with("work", "name", "../x").spec("../x").vm());

        assertThatThrownBy(() -> domain(broken))
                .isInstanceOf(QubesException.class)
                .hasMessage("VM 'work' has no root image: its name or its template cannot be used");
        assertThatThrownBy(() -> domain(badName))
                .isInstanceOf(QubesException.class)
                .hasMessage("'../x' is no name that a VM can have, so it cannot be defined");
    }
}
