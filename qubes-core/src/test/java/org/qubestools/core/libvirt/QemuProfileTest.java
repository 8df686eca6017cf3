package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DriverSettings;

final class QemuProfileTest {
    private static final String POOL = "/var/lib/qubes/";

    private final SampleStore store = SampleStore.complete();

    private static QemuProfile profile(CompleteHost host, DriverSettings settings) {
        return new QemuProfile(host, settings, Acceleration.WANTED_EMULATION);
    }

    private static XmlElement domain(DomainSpec spec) {
        return domain(spec, new CompleteHost());
    }

    private static XmlElement domain(DomainSpec spec, CompleteHost host) {
        return XmlReader.read(profile(host, DriverSettings.NONE).domainXml(spec));
    }

    /** Serial, target, type, format, source, what is below it, and whether it is read-only, a line each. */
    private static List<String> disks(XmlElement domain) {
        List<String> disks = new ArrayList<>();
        for (XmlElement disk : domain.at("devices").children("disk")) {
            XmlElement below = disk.at("backingStore");
            disks.add(disk.at("serial").text() + " " + disk.at("target").attribute("dev") + " "
                    + disk.attribute("type") + " " + disk.at("driver").attribute("type") + " " + source(disk)
                    + (below == null ? "" : " over " + below.at("format").attribute("type") + " " + source(below))
                    + (disk.at("readonly") == null ? "" : " ro"));
        }
        return disks;
    }

    private static String source(XmlElement disk) {
        String file = disk.at("source").attribute("file");
        return String.valueOf(file == null ? disk.at("source").attribute("dev") : file)
                .replace(POOL, "");
    }

    @Test
    void aVmOfATemplateWritesToAnOverlay() {
        assertThat(disks(domain(store.spec("work"))))
                .containsExactly(
                        "xvda vda file qcow2 appvms/work/root-overlay.qcow2 over raw vm-templates/fedora/root.img",
                        "xvdb vdb file raw appvms/work/private.img",
                        "xvdc vdc file raw appvms/work/volatile.img",
                        "xvdd vdd file raw vm-kernels/4.4.14-11/modules.img ro");
    }

    @Test
    void aTemplateWritesToItsRootImage() {
        assertThat(disks(domain(store.spec("fedora")))).contains("xvda vda file raw vm-templates/fedora/root.img");
    }

    @Test
    void whatTheGuestFreesBecomesAHole() {
        assertThat(domain(store.spec("work")).at("devices").children("disk"))
                .isNotEmpty()
                .allMatch(disk -> "unmap".equals(disk.at("driver").attribute("discard")));
    }

    @Test
    void aDisposableVmSharesNoFileThatItWritesTo() {
        assertThat(disks(domain(store.spec("disp3"))))
                .containsExactly(
                        "xvda vda file qcow2 appvms/fedora-dvm/disp3-root-overlay.qcow2 over raw"
                                + " vm-templates/fedora/root.img",
                        "xvdb vdb file raw appvms/fedora-dvm/disp3-private.img",
                        "xvdc vdc file raw appvms/fedora-dvm/disp3-volatile.img",
                        "xvdd vdd file raw vm-kernels/4.4.14-11/modules.img ro");
    }

    @Test
    void anHvmBootsFromItsDrives() {
        XmlElement domain =
                domain(store.with("win", "drive", "cdrom:dom0:/srv/a.iso").spec("win"));

        assertThat(disks(domain))
                .containsExactly(
                        "xvda vda file raw appvms/win/root.img",
                        "xvdb vdb file raw appvms/win/private.img",
                        "xvdd hdc file raw /srv/a.iso ro");
        assertThat(domain.at("os", "kernel")).isNull();
        assertThat(domain.at("os").children("boot"))
                .extracting(boot -> boot.attribute("dev"))
                .containsExactly("cdrom", "hd");
        assertThat(disks(domain(store.spec("win-work"))).get(0))
                .isEqualTo("xvda vda file qcow2 appvms/win-work/root-overlay.qcow2 over raw"
                        + " vm-templates/win-base/root.img");
    }

    @Test
    void aPathToADeviceIsABlockDisk() {
        CompleteHost host =
                new CompleteHost().withDevice("/dev/vg/data").withDevice(POOL + "vm-templates/fedora/root.img");

        assertThat(disks(domain(
                        store.with("win", "drive", "hd:dom0:/dev/vg/data").spec("win"), host)))
                .contains("xvdd vdd block raw /dev/vg/data");
        XmlElement base = domain(store.spec("work"), host).at("devices", "disk", "backingStore");
        assertThat(base.attribute("type")).isEqualTo("block");
        assertThat(base.at("source").attribute("dev")).isEqualTo(POOL + "vm-templates/fedora/root.img");
    }

    @Test
    void theFormatFollowsFromTheName() {
        assertThat(disks(domain(
                        store.with("win", "drive", "hd:dom0:/srv/data.qcow2").spec("win"))))
                .contains("xvdd vdd file qcow2 /srv/data.qcow2");
    }

    @Test
    void aDiskOfAnotherVmIsRefused() {
        DomainSpec spec = store.with("win", "drive", "cdrom:sys-net:/dev/sdb").spec("win");

        assertThatThrownBy(() -> domain(spec))
                .isInstanceOf(QubesException.class)
                .hasMessage("VM 'win' has a drive in VM 'sys-net': QEMU cannot use disks of other VMs, and would open"
                        + " the same path of the host");
    }

    @Test
    void theKernelFindsConsoleAndRoot() {
        XmlElement os = domain(store.with("work", "debug", "True").spec("work")).at("os");

        assertThat(os.at("type").text()).isEqualTo("hvm");
        assertThat(os.at("kernel").text()).isEqualTo(POOL + "vm-kernels/4.4.14-11/vmlinuz");
        assertThat(os.at("cmdline").text())
                .isEqualTo("root=/dev/vda ro nomodeset console=ttyS0 rd_NO_PLYMOUTH rd.plymouth.enable=0"
                        + " plymouth.enable=0 nopat earlyprintk=ttyS0");
    }

    @Test
    void theInterfaceIsPluggedIntoWhatIsConfigured() {
        DomainSpec spec = store.spec("work");

        assertThat(interfaceXml(spec, DriverSettings.NONE)).startsWith("<interface type=\"user\">");
        assertThat(interfaceXml(spec, new DriverSettings(null, "default", null, null)))
                .startsWith("<interface type=\"network\">")
                .contains("<source network=\"default\"/>");
        assertThat(interfaceXml(spec, new DriverSettings(null, null, "br0", null)))
                .startsWith("<interface type=\"bridge\">")
                .contains("<source bridge=\"br0\"/>");
        assertThat(interfaceXml(spec, DriverSettings.NONE)).doesNotContain("<ip", "backenddomain", "script");
        assertThat(domain(store.spec("alone")).at("devices", "interface")).isNull();
    }

    private static String interfaceXml(DomainSpec spec, DriverSettings settings) {
        return profile(new CompleteHost(), settings).interfaceXml(spec);
    }

    @Test
    void aNetworkAndABridgeAreOneTooMany() {
        assertThatThrownBy(() -> profile(new CompleteHost(), new DriverSettings(null, "default", "br0", null)))
                .isInstanceOf(QubesException.class)
                .hasMessage("QUBES_KVM_NETWORK and QUBES_KVM_BRIDGE are both set");
    }

    @Test
    void aPciDeviceIsTakenByVfioAndStrictResetToldOf() {
        DomainSpec strict = store.spec("sys-net");
        DomainSpec loose = store.with("sys-net", "pci_strictreset", "False").spec("sys-net");

        XmlElement device = domain(loose).at("devices", "hostdev");

        assertThat(device.attribute("managed")).isEqualTo("yes");
        assertThat(device.attribute("nostrictreset")).isNull();
        assertThat(device.at("driver").attribute("name")).isEqualTo("vfio");
        assertThat(device.at("source", "address").attribute("bus")).isEqualTo("0x02");
        assertThat(profile(new CompleteHost(), DriverSettings.NONE).warnings(strict))
                .isEmpty();
        assertThat(profile(new CompleteHost(), DriverSettings.NONE).warnings(loose))
                .containsExactly("VM 'sys-net': pci_strictreset False has no effect here: QEMU takes only PCI devices"
                        + " that can be reset");
    }

    @Test
    void theGuestHasItsPorts() {
        List<XmlElement> channels =
                domain(store.spec("work"), new CompleteHost("/r")).at("devices").children("channel");

        assertThat(channels)
                .extracting(channel -> channel.at("target").attribute("name") + " "
                        + channel.at("source").attribute("path"))
                .containsExactly(
                        "org.qubes.qubesdb.0 /r/var/run/qubes/qubesdb-link.work.sock",
                        "org.qubes.qrexec.0 /r/var/run/qubes/qrexec-link.work.sock",
                        "org.qubes.qrexec.1 /r/var/run/qubes/qrexec-link-1.work.sock",
                        "org.qubes.qrexec.2 /r/var/run/qubes/qrexec-link-2.work.sock",
                        "org.qubes.qrexec.3 /r/var/run/qubes/qrexec-link-3.work.sock");
    }

    @Test
    void aSocketWithTooLongAPathIsRefused() {
        CompleteHost host = new CompleteHost("/" + "r".repeat(100));

        assertThatThrownBy(() -> domain(store.spec("work"), host))
                .isInstanceOf(QubesException.class)
                .hasMessageStartingWith("the path of a socket of VM 'work' is longer than 107 bytes: /rrr");
    }

    @Test
    void theConsoleIsKeptWhereAskedFor() {
        DriverSettings settings = new DriverSettings(null, null, null, "/var/log/qubes");

        XmlElement domain = XmlReader.read(profile(new CompleteHost(), settings).domainXml(store.spec("work")));

        assertThat(domain.at("devices", "serial", "log").attribute("file")).isEqualTo("/var/log/qubes/guest-work.log");
        assertThat(domain(store.spec("work")).at("devices", "serial", "log")).isNull();
    }

    @Test
    void aPlaceForConsolesThatIsNoneIsSaidBeforeAStart() {
        for (String place : List.of("/nowhere", "logs", "")) {
            QemuProfile profile =
                    profile(new CompleteHost().without("/nowhere"), new DriverSettings(null, null, null, place));
            assertThatThrownBy(profile::requireStartable)
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.hint()).isPresent())
                    .hasMessage("QUBES_KVM_CONSOLE_LOGS is '" + place + "', which is no directory");
        }
        profile(new CompleteHost(), new DriverSettings(null, null, null, "/var/log"))
                .requireStartable();
        profile(new CompleteHost(), DriverSettings.NONE).requireStartable();
    }

    @Test
    void aStartThatFailsForItsConsoleSaysWhatToDo() {
        QemuProfile profile = profile(new CompleteHost("/tree"), new DriverSettings(null, null, null, "/var/log"));
        QubesException console = new QubesException(
                ErrorKind.FAILED, "cannot start domain 'work': no file '/tree/var/log/guest-work.log'");
        QubesException other = new QubesException(ErrorKind.FAILED, "cannot start domain 'work': no memory");

        assertThat(profile.explained(console).getMessage()).isEqualTo(console.getMessage());
        assertThat(profile.explained(console).hint().orElseThrow()).contains("QUBES_KVM_CONSOLE_LOGS needs");
        assertThat(profile.explained(other)).isSameAs(other);
    }

    @Test
    void kvmRunsOnTheProcessorOfTheHost() {
        QemuProfile kvm = new QemuProfile(new CompleteHost(), DriverSettings.NONE, Acceleration.KVM);

        XmlElement domain = XmlReader.read(kvm.domainXml(store.spec("work")));

        assertThat(domain.attribute("type")).isEqualTo("kvm");
        assertThat(domain.at("cpu").attribute("mode")).isEqualTo("host-passthrough");
        assertThat(domain(store.spec("work")).attribute("type")).isEqualTo("qemu");
    }
}
