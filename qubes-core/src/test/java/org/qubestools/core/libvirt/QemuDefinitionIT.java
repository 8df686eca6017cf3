package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DriverSettings;

/** The documents for QEMU, taken by its driver in a libvirtd of our own and by libvirt's schema. */
final class QemuDefinitionIT {
    private static PrivateLibvirtd libvirtd;

    @TempDir
    private Path directory;

    private final SampleStore store = SampleStore.complete()
            .with("win", "drive", "cdrom:dom0:/srv/a & <b>.iso")
            .with("sys-net", "pci_strictreset", "False")
            .with("work", "uses_default_kernelopts", "False")
            .with("work", "kernelopts", "quiet \"<&'>\" \u00e9");

    private final QemuProfile profile = profile(new DriverSettings(null, null, null, null));

    @BeforeAll
    static void start() {
        Programs.requireOrSkip("virsh", "libvirt-clients");
        libvirtd = PrivateLibvirtd.startOrSkip();
    }

    @AfterAll
    static void stop() {
        if (libvirtd != null) {
            libvirtd.close();
        }
    }

    private static QemuProfile profile(DriverSettings settings) {
        CompleteHost host = new CompleteHost("/tmp/it's <a> \"tree\" & more").withDevice("/dev/vg/data");
        return new QemuProfile(host, settings, Acceleration.WANTED_EMULATION);
    }

    /** Defines a domain, tells what libvirt has of it, and undefines it. */
    private String definedAs(DomainSpec spec, QemuProfile words) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("domain.xml"), words.domainXml(spec));
        Programs.Said said = Programs.run(
                "define " + file + "\ndumpxml --inactive " + spec.name() + "\nundefine " + spec.name() + "\n",
                "virsh",
                "-q",
                "-c",
                libvirtd.qemu());
        assertThat(said.text()).as(spec.name()).contains("<domain type=").doesNotContain("error:");
        int start = said.text().indexOf("<domain type=");
        return said.text().substring(start, said.text().indexOf("</domain>", start) + "</domain>".length());
    }

    @Test
    void nothingIsDroppedOfAnyVm() throws IOException, InterruptedException {
        for (String vm : store.names()) {
            DomainSpec spec = store.spec(vm);

            assertThat(profile.droppedParts(spec, definedAs(spec, profile)))
                    .as(vm)
                    .isEmpty();
        }
    }

    @Test
    void everyTextArrives() throws IOException, InterruptedException {
        XmlElement work = XmlReader.read(definedAs(store.spec("work"), profile));

        assertThat(work.at("os", "cmdline").text()).endsWith(" plymouth.enable=0 quiet \"<&'>\" \u00e9");
        assertThat(work.at("devices", "disk", "source").attribute("file"))
                .isEqualTo("/tmp/it's <a> \"tree\" & more/var/lib/qubes/appvms/work/root-overlay.qcow2");
        assertThat(work.at("devices", "disk", "backingStore", "format").attribute("type"))
                .isEqualTo("raw");
        assertThat(work.at("devices", "disk", "serial").text()).isEqualTo("xvda");
    }

    @Test
    void aNetworkABridgeAndADeviceAreTaken() throws IOException, InterruptedException {
        DomainSpec work = store.spec("work");
        DomainSpec win = store.with("win", "drive", "hd:dom0:/dev/vg/data").spec("win");

        XmlElement networked = XmlReader.read(definedAs(work, profile(new DriverSettings(null, "lan", null, null))));
        XmlElement bridged = XmlReader.read(definedAs(work, profile(new DriverSettings(null, null, "br0", null))));
        XmlElement disk = XmlReader.read(definedAs(win, profile));

        assertThat(networked.at("devices", "interface", "source").attribute("network"))
                .isEqualTo("lan");
        assertThat(bridged.at("devices", "interface", "source").attribute("bridge"))
                .isEqualTo("br0");
        assertThat(disk.at("devices").children("disk").get(2).at("source").attribute("dev"))
                .isEqualTo("/tmp/it's <a> \"tree\" & more/dev/vg/data");
    }

    @Test
    void theSchemaTakesEveryDocument() throws IOException, InterruptedException {
        Programs.requireOrSkip("virt-xml-validate", "libvirt-clients");
        Programs.requireOrSkip("xmllint", "libxml2-utils");
        QemuProfile kvm = new QemuProfile(
                new CompleteHost(), new DriverSettings(null, "lan", null, "/var/log/qubes"), Acceleration.KVM);
        for (String vm : store.names()) {
            for (QemuProfile words : new QemuProfile[] {profile, kvm}) {
                Path file = Files.writeString(directory.resolve(vm + ".xml"), words.domainXml(store.spec(vm)));

                Programs.Said said = Programs.run("", "virt-xml-validate", file.toString(), "domain");

                assertThat(said.exit()).as(said.text()).isZero();
            }
        }
    }
}
