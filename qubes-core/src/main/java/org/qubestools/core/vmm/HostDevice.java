package org.qubestools.core.vmm;

import java.util.Locale;
import org.qubestools.core.model.PciAddress;

/** A device of the host itself that a running domain gets until it stops. */
public sealed interface HostDevice permits HostDevice.Pci, HostDevice.Usb {
    /** The device in words for a user. */
    String words();

    /**
     * A PCI device; its driver in the host is taken away.
     *
     * @param strictReset whether it must be possible to reset it; without, where the driver has a word for that
     */
    record Pci(PciAddress address, boolean strictReset) implements HostDevice {
        @Override
        public String words() {
            return "PCI device " + address;
        }
    }

    /**
     * A USB device of the host, at the place it has until it is pulled out.
     *
     * @param bus number of the bus, from 1
     * @param number of the device on it, from 1
     */
    record Usb(int bus, int number) implements HostDevice {
        @Override
        public String words() {
            return String.format(Locale.ROOT, "USB device %03d:%03d", bus, number);
        }
    }
}
