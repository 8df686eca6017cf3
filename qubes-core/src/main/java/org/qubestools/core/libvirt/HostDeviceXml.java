package org.qubestools.core.libvirt;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.vmm.HostDevice;

/** Devices of the host as elements {@code hostdev}, see libvirt's page on the format of domains. */
final class HostDeviceXml {
    private static final int HEX = 16;

    private HostDeviceXml() {}

    /** {@code laxReset}: whether the driver has a word for a device that cannot be reset. */
    static XmlElement write(HostDevice device, boolean laxReset) {
        if (device instanceof HostDevice.Pci pci) {
            XmlElement element = CommonParts.pciDevice(pci.address());
            return laxReset && !pci.strictReset() ? element.with("nostrictreset", "yes") : element;
        }
        HostDevice.Usb usb = (HostDevice.Usb) device;
        XmlElement address = new XmlElement("address")
                .with("bus", Integer.toString(usb.bus()))
                .with("device", Integer.toString(usb.number()));
        return new XmlElement("hostdev")
                .with("mode", "subsystem")
                .with("type", "usb")
                .add(new XmlElement("source").add(address));
    }

    /** Null for one of another kind, or without an address. */
    static @Nullable HostDevice read(XmlElement hostdev) {
        XmlElement address = hostdev.at("source", "address");
        if (address == null) {
            return null;
        }
        if ("usb".equals(hostdev.attribute("type"))) {
            int bus = number(address, "bus");
            int device = number(address, "device");
            return bus < 0 || device < 0 ? null : new HostDevice.Usb(bus, device);
        }
        if (!"pci".equals(hostdev.attribute("type"))) {
            return null;
        }
        int bus = number(address, "bus");
        int slot = number(address, "slot");
        int function = number(address, "function");
        boolean known = number(address, "domain") == 0
                && bus >= 0
                && bus <= 0xff
                && slot >= 0
                && slot <= 0x1f
                && function >= 0
                && function <= 7;
        if (!known) {
            return null;
        }
        PciAddress place = new PciAddress(hex(bus) + ":" + hex(slot) + "." + function);
        return new HostDevice.Pci(place, !"yes".equals(hostdev.attribute("nostrictreset")));
    }

    /** Whether they are one device, however it may be reset. */
    static boolean isSame(HostDevice one, HostDevice other) {
        if (one instanceof HostDevice.Pci first && other instanceof HostDevice.Pci second) {
            return first.address().equals(second.address());
        }
        return one.equals(other);
    }

    private static String hex(int value) {
        String digits = Integer.toHexString(value);
        return digits.length() < 2 ? "0" + digits : digits;
    }

    private static int number(XmlElement address, String attribute) {
        String text = address.attribute(attribute);
        if (text == null) {
            return -1;
        }
        try {
            return text.startsWith("0x") ? Integer.parseInt(text.substring(2), HEX) : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
