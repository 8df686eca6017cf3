package org.qubestools.core.libvirt;

import java.util.Optional;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.HostFiles;

/** A VM in the words of Xen's driver with Qubes' additions; the test driver takes them too. */
final class XenDocument {
    private static final String COMMAND_LINE = "root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH"
            + " rd.plymouth.enable=0 plymouth.enable=0 ";

    private final String type;
    private final DomainSpec spec;
    private final VmView view;
    private final HostFiles files;

    private XenDocument(String type, DomainSpec spec, HostFiles files) {
        this.type = type;
        this.spec = spec;
        this.view = spec.vm();
        this.files = files;
    }

    /**
     * The document of one VM.
     *
     * @param type of the domain: {@code xen}, {@code test}
     */
    static String write(String type, DomainSpec spec, HostFiles files) {
        CommonParts.requireGoodName(spec.vm().vm());
        return XmlWriter.write(spec.name(), new XenDocument(type, spec, files).domain());
    }

    private XmlElement domain() {
        boolean hvm = view.vm().vmClass().isHvm();
        XmlElement domain = CommonParts.domain(type, spec);
        domain.add(hvm ? hvmBoot() : kernelBoot()).add(features(hvm));
        domain.add(hvm ? CommonParts.hvmClock(view) : kernelClock());
        CommonParts.addEnds(domain);
        return domain.add(devices(hvm));
    }

    private XmlElement kernelBoot() {
        String kernels = CommonParts.kernels(view);
        String debug = view.vm().is(Attributes.DEBUG) ? " earlyprintk=xen" : "";
        return new XmlElement("os")
                .add(osType("xenpv", "linux"))
                .add("kernel", files.realPath(kernels + "/vmlinuz"))
                .add("initrd", files.realPath(kernels + "/initramfs"))
                .add("cmdline", COMMAND_LINE + view.facts().kernelopts() + debug);
    }

    private static XmlElement hvmBoot() {
        return new XmlElement("os")
                .add(osType("xenfv", "hvm"))
                .add("loader", "hvmloader")
                .add(new XmlElement("boot").with("dev", "cdrom"))
                .add(new XmlElement("boot").with("dev", "hd"));
    }

    private static XmlElement osType(String machine, String osType) {
        return XmlElement.ofText("type", osType).with("arch", "x86_64").with("machine", machine);
    }

    private XmlElement features(boolean hvm) {
        XmlElement features = new XmlElement("features");
        if (hvm) {
            features.addEmpty("pae").addEmpty("acpi").addEmpty("apic").addEmpty("viridian");
        }
        if (view.facts().hasPciDevices() && view.vm().is(Attributes.PCI_E820_HOST)) {
            features.add(new XmlElement("xen").add(new XmlElement("e820_host").with("state", "on")));
        }
        return features;
    }

    private static XmlElement kernelClock() {
        return new XmlElement("clock")
                .with("offset", "utc")
                .with("adjustment", "reset")
                .add(new XmlElement("timer").with("name", "tsc").with("mode", "native"));
    }

    private XmlElement devices(boolean hvm) {
        XmlElement devices = new XmlElement("devices");
        Optional<Network> network = Network.of(view);
        if (hvm) {
            devices.add(emulator(network));
        }
        for (XmlElement disk : new XenDisks(view, spec.booted(), files).all()) {
            devices.add(disk);
        }
        network.ifPresent(found -> devices.add(networkInterface(found)));
        for (PciAddress device : CommonParts.pciDevices(view.vm())) {
            XmlElement hostdev = CommonParts.pciDevice(device);
            devices.add(view.vm().is(Attributes.PCI_STRICTRESET) ? hostdev : hostdev.with("nostrictreset", "yes"));
        }
        return hvm ? addScreen(devices) : devices.add(console());
    }

    /** The emulator runs in a stub domain, which has the address of the guest. */
    private static XmlElement emulator(Optional<Network> network) {
        XmlElement emulator = new XmlElement("emulator").with("type", "stubdom");
        network.ifPresent(found -> emulator.with(
                "cmdline",
                "-net lwip,client_ip=" + found.ip() + ",server_ip=" + found.dns() + ",dns=" + found.gateway() + ",gw="
                        + found.gateway() + ",netmask=" + found.netmask()));
        return emulator;
    }

    static XmlElement networkInterface(Network network) {
        return new XmlElement("interface")
                .with("type", "ethernet")
                .add(new XmlElement("mac").with("address", network.mac()))
                .add(new XmlElement("ip").with("address", network.ip()))
                .add(new XmlElement("script").with("path", "vif-route-qubes"))
                .add(new XmlElement("backenddomain").with("name", network.netvm()));
    }

    private static XmlElement console() {
        return new XmlElement("console")
                .with("type", "pty")
                .add(new XmlElement("target").with("type", "xen").with("port", "0"));
    }

    private static XmlElement addScreen(XmlElement devices) {
        XmlElement model = new XmlElement("model").with("type", "xen").with("vram", "16384");
        return devices.add(new XmlElement("input").with("type", "tablet").with("bus", "usb"))
                .add(new XmlElement("video").with("type", "vga").add(model));
    }
}
