package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qubestools.core.vmm.DomainSpec;

final class NeededPartsTest {
    private final SampleStore store = SampleStore.complete();
    private final XenProfile xen = new XenProfile(new CompleteHost());

    @Test
    void nothingIsMissingWhereAllIsKept() {
        for (String vm : store.names()) {
            DomainSpec spec = store.spec(vm);
            assertThat(xen.droppedParts(spec, xen.domainXml(spec))).as(vm).isEmpty();
        }
    }

    @Test
    void everyNeededPartIsNamed() {
        DomainSpec net = store.with("sys-net", "pci_strictreset", "False").spec("sys-net");
        DomainSpec win = store.with("win", "drive", "cdrom:sys-net:/dev/sdb").spec("win");
        String netXml = xen.domainXml(net);
        String winXml = xen.domainXml(win);

        assertThat(xen.droppedParts(net, netXml.replace(" nostrictreset=\"yes\"", "")))
                .containsExactly("PCI device 02:00.0: nostrictreset='yes'");
        assertThat(xen.droppedParts(net, netXml.replaceFirst("(?s)<hostdev.*</hostdev>", "")))
                .containsExactly("PCI device 02:00.0");
        assertThat(xen.droppedParts(net, netXml.replace("<e820_host state=\"on\"/>", "")))
                .containsExactly("e820_host: state='on'");
        assertThat(xen.droppedParts(net, netXml.replaceFirst("<readonly/>", "")))
                .containsExactly("readonly of disk xvda");
        assertThat(xen.droppedParts(net, netXml.replace("block-snapshot", "block-origin")))
                .containsExactly("script of disk xvda: path='block-snapshot'");
        assertThat(xen.droppedParts(net, netXml.replace("xvdb", "xvdx"))).containsExactly("disk xvdb");
        assertThat(xen.droppedParts(win, winXml.replace("<backenddomain name=\"sys-net\"/>", "")))
                .containsExactly("backenddomain of disk xvdd: name='sys-net'");
        assertThat(xen.droppedParts(win, winXml.replace("<backenddomain name=\"sys-firewall\"/>", "")))
                .containsExactly("backenddomain of network interface 00:16:3e:5e:6c:06: name='sys-firewall'");
        assertThat(xen.droppedParts(win, winXml.replaceFirst("<emulator[^>]*>", "")))
                .hasSize(2)
                .first()
                .isEqualTo("emulator: type='stubdom'");
        assertThat(xen.droppedParts(win, "<domain/>")).contains("disk xvda", "disk xvdb", "disk xvdd");
    }

    @Test
    void theTestDriverNeedsNothing() {
        assertThat(new TestProfile(new CompleteHost()).droppedParts(store.spec("work"), "<domain/>"))
                .isEmpty();
    }

    @Test
    void anOwnDefinitionIsHeldToToo() {
        String own = "<domain><devices><disk><target dev='xvda'/><script path='x'/></disk></devices></domain>";

        assertThat(xen.droppedParts(store.spec("work", own, false), own.replace("<script path='x'/>", "")))
                .containsExactly("script of disk xvda: path='x'");
    }
}
