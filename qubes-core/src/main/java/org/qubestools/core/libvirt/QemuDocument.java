package org.qubestools.core.libvirt;

import java.nio.charset.StandardCharsets;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.GuestPort;
import org.qubestools.core.vmm.HostFiles;

/** A VM in the words of libvirt's driver for QEMU. */
final class QemuDocument {
    private static final String COMMAND_LINE =
            "root=/dev/vda ro nomodeset console=ttyS0 rd_NO_PLYMOUTH" + " rd.plymouth.enable=0 plymouth.enable=0 ";

    /** Bytes of the path of a socket, the last one zero. */
    private static final int MAX_SOCKET = 107;

    private final DomainSpec spec;
    private final VmView view;
    private final HostFiles files;
    private final DriverSettings settings;
    private final boolean kvm;

    QemuDocument(DomainSpec spec, HostFiles files, DriverSettings settings, boolean kvm) {
        this.spec = spec;
        this.view = spec.vm();
        this.files = files;
        this.settings = settings;
        this.kvm = kvm;
    }

    XmlElement domain() {
        boolean hvm = view.vm().vmClass().isHvm();
        XmlElement domain = CommonParts.domain(kvm ? "kvm" : "qemu", spec);
        domain.add(hvm ? diskBoot() : kernelBoot());
        XmlElement features = new XmlElement("features").addEmpty("acpi").addEmpty("apic");
        domain.add(hvm ? features.addEmpty("pae") : features).add(processor());
        domain.add(hvm ? CommonParts.hvmClock(view) : new XmlElement("clock").with("offset", "utc"));
        CommonParts.addEnds(domain);
        return domain.add(devices(hvm));
    }

    private XmlElement kernelBoot() {
        String kernels = CommonParts.kernels(view);
        String debug = view.vm().is(Attributes.DEBUG) ? " earlyprintk=ttyS0" : "";
        return new XmlElement("os")
                .add(osType())
                .add("kernel", files.realPath(kernels + "/vmlinuz"))
                .add("initrd", files.realPath(kernels + "/initramfs"))
                .add("cmdline", COMMAND_LINE + view.facts().kernelopts() + debug);
    }

    private static XmlElement diskBoot() {
        return new XmlElement("os")
                .add(osType())
                .add(new XmlElement("boot").with("dev", "cdrom"))
                .add(new XmlElement("boot").with("dev", "hd"));
    }

    /** The machine with room for devices that are plugged in later: with q35 each needs a port made before. */
    private static XmlElement osType() {
        return XmlElement.ofText("type", "hvm").with("arch", "x86_64").with("machine", "pc");
    }

    /** Emulated it is the oldest processor that today's distributions run on. */
    private XmlElement processor() {
        if (kvm) {
            return new XmlElement("cpu").with("mode", "host-passthrough").with("check", "none");
        }
        return new XmlElement("cpu")
                .with("mode", "custom")
                .with("match", "exact")
                .with("check", "none")
                .add(XmlElement.ofText("model", "Nehalem").with("fallback", "allow"));
    }

    private XmlElement devices(boolean hvm) {
        XmlElement devices = new XmlElement("devices");
        for (XmlElement disk : new QemuDisks(view, files).all()) {
            devices.add(disk);
        }
        Network.of(view).ifPresent(network -> devices.add(networkInterface(network, settings)));
        for (PciAddress device : CommonParts.pciDevices(view.vm())) {
            devices.add(CommonParts.pciDevice(device).add(new XmlElement("driver").with("name", "vfio")));
        }
        devices.add(console());
        for (GuestPort port : GuestPort.values()) {
            devices.add(channel(port));
        }
        if (hvm) {
            XmlElement model = new XmlElement("model").with("type", "vga").with("vram", "16384");
            devices.add(new XmlElement("input").with("type", "tablet").with("bus", "usb"))
                    .add(new XmlElement("video").add(model));
        } else {
            devices.add(new XmlElement("controller").with("type", "usb").with("model", "none"));
        }
        return devices.add(new XmlElement("memballoon").with("model", "virtio"))
                .add(new XmlElement("panic").with("model", "isa"));
    }

    /** Without a network or a bridge QEMU is the router itself, which needs no rights. */
    static XmlElement networkInterface(Network network, DriverSettings settings) {
        XmlElement mac = new XmlElement("mac").with("address", network.mac());
        XmlElement model = new XmlElement("model").with("type", "virtio");
        if (settings.network() != null) {
            return plugged("network", settings.network(), mac).add(model);
        }
        return settings.bridge() != null
                ? plugged("bridge", settings.bridge(), mac).add(model)
                : new XmlElement("interface").with("type", "user").add(mac).add(model);
    }

    private static XmlElement plugged(String type, String into, XmlElement mac) {
        return new XmlElement("interface").with("type", type).add(mac).add(new XmlElement("source").with(type, into));
    }

    private XmlElement console() {
        XmlElement console = new XmlElement("serial").with("type", "pty");
        if (settings.consoleLogs() != null) {
            String file = files.realPath(settings.consoleLogs() + "/guest-" + spec.name() + ".log");
            console.add(new XmlElement("log").with("file", file).with("append", "off"));
        }
        return console.add(new XmlElement("target").with("port", "0"));
    }

    private XmlElement channel(GuestPort port) {
        String socket = files.realPath(port.socket(spec.name()));
        if (socket.getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the path of a socket of VM '" + SafeText.of(spec.name()) + "' is longer than " + MAX_SOCKET
                            + " bytes: " + SafeText.of(socket),
                    "set QUBES_RUN_DIR to a directory with a shorter path");
        }
        return new XmlElement("channel")
                .with("type", "unix")
                .add(new XmlElement("source").with("mode", "bind").with("path", socket))
                .add(new XmlElement("target").with("type", "virtio").with("name", port.portName()));
    }
}
