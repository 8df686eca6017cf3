package org.qubestools.core.libvirt;

import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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

    /** Hardware address of an interface element. */
    static String macOf(String interfaceXml) {
        return attribute(XmlReader.read(interfaceXml), "mac", "address");
    }

    private Optional<String> device(String kind, Predicate<XmlElement> wanted) {
        XmlElement devices = root.at("devices");
        if (devices != null) {
            for (XmlElement device : devices.children(kind)) {
                if (wanted.test(device)) {
                    return Optional.of(XmlWriter.write(domain, device));
                }
            }
        }
        return Optional.empty();
    }

    private static String attribute(XmlElement element, String child, String name) {
        XmlElement found = element.at(child);
        @Nullable String value = found == null ? null : found.attribute(name);
        return value == null ? "" : value;
    }
}
