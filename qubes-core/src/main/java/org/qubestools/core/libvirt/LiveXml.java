package org.qubestools.core.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.LiveDisk;

/** A running domain as the driver describes it: its devices, as the elements that take them away again. */
record LiveXml(String domain, XmlElement root) {
    /** The description of the domain with this name. */
    static LiveXml parse(String domain, String xml) {
        return new LiveXml(domain, XmlReader.read(xml));
    }

    /** The network interface with this hardware address. */
    Optional<String> networkInterface(String mac) {
        return device("interface", element -> mac.equalsIgnoreCase(attribute(element, "mac", "address")));
    }

    /** The disk with this frontend name, which drivers with other names for disks tell as its serial number. */
    Optional<String> disk(String frontend) {
        return device("disk", element -> {
            XmlElement serial = element.at("serial");
            return frontend.equals(attribute(element, "target", "dev"))
                    || (serial != null && frontend.equals(serial.text()));
        });
    }

    /** The disk that the driver knows by this name. */
    Optional<String> diskWithTarget(String target) {
        return device("disk", element -> target.equals(attribute(element, "target", "dev")));
    }

    /** All disks, in the order of the document. */
    List<LiveDisk> disks() {
        List<LiveDisk> disks = new ArrayList<>();
        for (XmlElement disk : devices("disk")) {
            disks.add(liveDisk(disk));
        }
        return disks;
    }

    private static LiveDisk liveDisk(XmlElement disk) {
        String target = attribute(disk, "target", "dev");
        XmlElement serial = disk.at("serial");
        String source = attribute(disk, "source", "dev");
        String path = source.isEmpty() ? attribute(disk, "source", "file") : source;
        String backend = attribute(disk, "backenddomain", "name");
        String alias = attribute(disk, "alias", "name");
        return new LiveDisk(
                Objects.requireNonNullElse(disk.attribute("type"), LiveDisk.FILE),
                Objects.requireNonNullElse(disk.attribute("device"), "disk"),
                path.isEmpty() ? null : path,
                LiveDisk.backendName(backend.isEmpty() ? null : backend),
                target,
                serial != null && isFrontend(serial.text()) ? serial.text() : frontend(disk, target),
                disk.at("readonly") != null,
                alias.isEmpty() ? null : alias);
    }

    /** Where no serial number tells it: {@code vda} of virtio is what Xen calls {@code xvda}. */
    private static String frontend(XmlElement disk, String target) {
        boolean virtio = attribute(disk, "target", "bus").equals("virtio") && target.startsWith("vd");
        return virtio && isFrontend("x" + target) ? "x" + target : target;
    }

    /** Serial numbers that the toolkit gave; a disk of another origin may have any. */
    private static boolean isFrontend(String serial) {
        if (!serial.startsWith("xvd") || serial.length() < 4 || serial.length() > 6) {
            return false;
        }
        for (int i = 3; i < serial.length(); i++) {
            if (serial.charAt(i) < 'a' || serial.charAt(i) > 'z') {
                return false;
            }
        }
        return true;
    }

    /** All PCI and USB devices of the host that it has. */
    List<HostDevice> hostDevices() {
        List<HostDevice> found = new ArrayList<>();
        for (XmlElement element : devices("hostdev")) {
            HostDevice device = HostDeviceXml.read(element);
            if (device != null) {
                found.add(device);
            }
        }
        return found;
    }

    /** The element of a device of the host. */
    Optional<String> hostDevice(HostDevice wanted) {
        return device("hostdev", element -> {
            HostDevice found = HostDeviceXml.read(element);
            return found != null && HostDeviceXml.isSame(found, wanted);
        });
    }

    /** Hardware address of an interface element. */
    static String macOf(String interfaceXml) {
        return attribute(XmlReader.read(interfaceXml), "mac", "address");
    }

    private Optional<String> device(String kind, Predicate<XmlElement> wanted) {
        for (XmlElement device : devices(kind)) {
            if (wanted.test(device)) {
                return Optional.of(XmlWriter.write(domain, device));
            }
        }
        return Optional.empty();
    }

    private List<XmlElement> devices(String kind) {
        XmlElement devices = root.at("devices");
        return devices == null ? List.of() : devices.children(kind);
    }

    private static String attribute(XmlElement element, String child, String name) {
        XmlElement found = element.at(child);
        @Nullable String value = found == null ? null : found.attribute(name);
        return value == null ? "" : value;
    }
}
