package org.qubestools.core.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;

/**
 * Compares a definition with what a driver made of it. A driver drops what it does not know without a word: a disk
 * without its script would be opened under a name that does not exist, one without its backend would be another disk.
 */
final class NeededParts {
    private static final String[] IN_DISK = {"script", "path", "backenddomain", "name"};
    private static final String[] IN_INTERFACE = {"script", "path", "backenddomain", "name"};

    private final XmlElement wanted;
    private final XmlElement found;
    private final List<String> missing = new ArrayList<>();

    private NeededParts(XmlElement wanted, XmlElement found) {
        this.wanted = wanted;
        this.found = found;
    }

    /** What of the first document is not in the second, in words for the user. */
    static List<String> missing(String defined, String readBack) {
        NeededParts parts = new NeededParts(XmlReader.read(defined), XmlReader.read(readBack));
        parts.compare();
        return List.copyOf(parts.missing);
    }

    private void compare() {
        devices("disk", NeededParts::diskKey, "disk");
        devices("interface", NeededParts::interfaceKey, "network interface");
        devices("hostdev", NeededParts::hostdevKey, "PCI device");
        devices("channel", NeededParts::channelKey, "channel");
        attribute(wanted.at("devices", "emulator"), found.at("devices", "emulator"), "type", "emulator");
        attribute(wanted.at("devices", "emulator"), found.at("devices", "emulator"), "cmdline", "emulator");
        attribute(
                wanted.at("features", "xen", "e820_host"),
                found.at("features", "xen", "e820_host"),
                "state",
                "e820_host");
    }

    /** How devices of a kind are told apart. */
    private interface Key {
        String of(XmlElement device);
    }

    private void devices(String kind, Key key, String word) {
        Map<String, XmlElement> there = new TreeMap<>();
        for (XmlElement device : devicesOf(found, kind)) {
            there.put(key.of(device), device);
        }
        for (XmlElement device : devicesOf(wanted, kind)) {
            String name = word + " " + SafeText.of(key.of(device));
            XmlElement same = there.get(key.of(device));
            if (same == null) {
                missing.add(name);
            } else {
                device(device, same, name);
            }
        }
    }

    private void device(XmlElement device, XmlElement same, String name) {
        String[] needed = device.name().equals("disk") ? IN_DISK : IN_INTERFACE;
        for (int i = 0; i < needed.length; i += 2) {
            attribute(device.at(needed[i]), same.at(needed[i]), needed[i + 1], needed[i] + " of " + name);
        }
        if (device.at("readonly") != null && same.at("readonly") == null) {
            missing.add("readonly of " + name);
        }
        attribute(device, same, "nostrictreset", name);
    }

    private void attribute(@Nullable XmlElement from, @Nullable XmlElement in, String attribute, String name) {
        String value = from == null ? null : from.attribute(attribute);
        if (value != null && (in == null || !value.equals(in.attribute(attribute)))) {
            missing.add(name + ": " + attribute + "='" + SafeText.of(value) + "'");
        }
    }

    private static List<XmlElement> devicesOf(XmlElement domain, String kind) {
        XmlElement devices = domain.at("devices");
        return devices == null ? List.of() : devices.children(kind);
    }

    private static String attribute(XmlElement device, String attribute, String... path) {
        XmlElement element = device.at(path);
        String value = element == null ? null : element.attribute(attribute);
        return value == null ? "" : value;
    }

    private static String diskKey(XmlElement disk) {
        return attribute(disk, "dev", "target");
    }

    private static String interfaceKey(XmlElement device) {
        return attribute(device, "address", "mac").toLowerCase(Locale.ROOT);
    }

    private static String channelKey(XmlElement channel) {
        return attribute(channel, "name", "target");
    }

    private static String hostdevKey(XmlElement device) {
        return number(device, "bus") + ":" + number(device, "slot") + "." + number(device, "function");
    }

    private static String number(XmlElement device, String part) {
        String text = attribute(device, part, "source", "address");
        return text.startsWith("0x") ? text.substring(2) : text;
    }
}
