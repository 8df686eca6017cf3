package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.vmm.DomainSpec;

/** The documents for Xen and the test driver, taken by libvirt's test driver and its schema. */
final class RealDefinitionTest {
    private static final String TEST_DRIVER = "test:///default";

    @TempDir
    private Path directory;

    private final SampleStore store = SampleStore.complete()
            .with("win", "drive", "cdrom:sys-net:/srv/a & <b>.iso")
            .with("work", "uses_default_kernelopts", "False")
            .with("work", "kernelopts", "quiet \"<&'>\" \u00e9");

    private final XenProfile xen = new XenProfile(new CompleteHost("/tmp/it's <a> \"tree\" & more"));

    @BeforeEach
    void requireVirsh() {
        Programs.requireOrSkip("virsh", "libvirt-clients");
    }

    /** Defines a domain, and tells what libvirt has of it. */
    private String definedAs(String name, String document) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("domain.xml"), document);
        Programs.Said said = Programs.run(
                "define " + file + "\ndumpxml --inactive " + name + "\n", "virsh", "-q", "-c", TEST_DRIVER);
        assertThat(said.text()).as(name).contains("<domain type=").doesNotContain("error:");
        int start = said.text().indexOf("<domain type=");
        return said.text().substring(start, said.text().indexOf("</domain>", start) + "</domain>".length());
    }

    @Test
    void stockLibvirtDropsWhatQubesAddedAndItIsNamed() throws IOException, InterruptedException {
        for (String vm : store.names()) {
            DomainSpec spec = store.spec(vm);

            List<String> dropped = xen.droppedParts(spec, definedAs(vm, xen.domainXml(spec)));

            boolean hvm = spec.vm().vm().vmClass().isHvm();
            boolean scripted = !vm.equals("alone") && !vm.equals("win");
            assertThat(dropped)
                    .as(vm)
                    .hasSize((scripted ? 1 : 0) + (hvm ? 1 : 0) + (hvm && !vm.equals("win-base") ? 1 : 0));
            assertThat(dropped)
                    .as(vm)
                    .allMatch(part -> part.startsWith("script of disk xvda: path='block-")
                            || part.startsWith("emulator: type='stubdom'")
                            || part.startsWith("emulator: cmdline='-net lwip,"));
        }
    }

    @Test
    void everyTextArrives() throws IOException, InterruptedException {
        XmlElement work = XmlReader.read(definedAs("work", xen.domainXml(store.spec("work"))));
        XmlElement win = XmlReader.read(definedAs("win", xen.domainXml(store.spec("win"))));

        assertThat(work.at("os", "cmdline").text()).endsWith(" plymouth.enable=0 quiet \"<&'>\" \u00e9");
        assertThat(work.at("os", "kernel").text())
                .isEqualTo("/tmp/it's <a> \"tree\" & more/var/lib/qubes/vm-kernels/4.4.14-11/vmlinuz");
        assertThat(win.at("devices").children("disk").get(2).at("source").attribute("dev"))
                .isEqualTo("/srv/a & <b>.iso");
    }

    @Test
    void theTestDriverTakesItsOwnType() throws IOException, InterruptedException {
        TestProfile profile = new TestProfile(new CompleteHost());
        for (String vm : store.names()) {
            DomainSpec spec = store.spec(vm);

            XmlElement domain = XmlReader.read(definedAs(vm, profile.domainXml(spec)));

            assertThat(domain.attribute("type")).isEqualTo("test");
            assertThat(domain.at("uuid").text()).isEqualTo(spec.uuid());
            assertThat(profile.droppedParts(spec, "<domain/>")).isEmpty();
        }
    }

    @Test
    void theSchemaTakesWhatStockLibvirtKnows() throws IOException, InterruptedException {
        Programs.requireOrSkip("virt-xml-validate", "libvirt-clients");
        Programs.requireOrSkip("xmllint", "libxml2-utils");
        for (String vm : store.names()) {
            String known = xen.domainXml(store.spec(vm))
                    .replaceAll("<script path=\"block[^>]*>", "")
                    .replaceAll("<emulator [^>]*>", "")
                    .replace(" type=\"vga\"", "")
                    .replace("<loader>hvmloader", "<loader>/usr/lib/xen/boot/hvmloader");
            Path file = Files.writeString(directory.resolve(vm + ".xml"), known);

            Programs.Said said = Programs.run("", "virt-xml-validate", file.toString(), "domain");

            assertThat(said.exit()).as(said.text()).isZero();
        }
    }
}
