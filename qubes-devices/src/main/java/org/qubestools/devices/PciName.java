package org.qubestools.devices;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.PciAddress;

/**
 * Address of a PCI device of any domain. The store knows those of domain 0 only, see {@link #stored}.
 *
 * @param domain 0 to 0xffff
 * @param bus 0 to 0xff
 * @param slot 0 to 0x1f
 * @param function 0 to 7
 */
public record PciName(int domain, int bus, int slot, int function) {
    private static final int HEX = 16;

    public PciName {
        boolean good = (domain & ~0xffff) == 0 && (bus & ~0xff) == 0 && (slot & ~0x1f) == 0 && (function & ~7) == 0;
        if (!good) {
            throw new IllegalArgumentException("not a PCI address");
        }
    }

    /**
     * Accepts {@code BB:DD.F} and {@code DDDD:BB:DD.F}, in any case, and {@code _} for {@code :}.
     *
     * @throws DeviceException INVALID_PCI_ADDRESS for anything else
     */
    public static PciName parse(String untrusted) {
        return find(untrusted)
                .orElseThrow(() -> DeviceException.of(
                                DeviceError.INVALID_PCI_ADDRESS, "'" + SafeText.of(untrusted) + "' is no PCI address")
                        .hint("use BUS:SLOT.FUNCTION as lspci shows it, such as 00:1f.2")
                        .device(SafeText.of(untrusted))
                        .build());
    }

    /** The same; empty for what {@link #parse} refuses, such as a domain of more than four digits. */
    static Optional<PciName> find(String untrusted) {
        return Optional.ofNullable(read(untrusted.replace('_', ':')));
    }

    private static @Nullable PciName read(String text) {
        boolean withDomain = text.length() == 12 && text.charAt(4) == ':';
        String rest = withDomain ? text.substring(5) : text;
        boolean shaped = rest.length() == 7 && rest.charAt(2) == ':' && rest.charAt(5) == '.';
        if (!shaped) {
            return null;
        }
        int domain = withDomain ? hex(text.substring(0, 4)) : 0;
        int bus = hex(rest.substring(0, 2));
        int slot = hex(rest.substring(3, 5));
        int function = hex(rest.substring(6));
        boolean good = domain >= 0 && bus >= 0 && slot >= 0 && slot <= 0x1f && function >= 0 && function <= 7;
        return good ? new PciName(domain, bus, slot, function) : null;
    }

    private static int hex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!TextScan.isDigit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) {
                return TextScan.NONE;
            }
        }
        return Integer.parseInt(text, HEX);
    }

    /** The form that lists show: {@code 00:1f.2}, with the domain only if that is not 0. */
    public String canonical() {
        return domain == 0 ? sysfsName().substring(5) : sysfsName();
    }

    /** The directory below {@code /sys/bus/pci/devices}. */
    public String sysfsName() {
        return String.format(Locale.ROOT, "%04x:%02x:%02x.%x", domain, bus, slot, function);
    }

    /** Its name among libvirt's node devices. */
    public String nodeDevice() {
        return "pci_" + sysfsName().replace(':', '_').replace('.', '_');
    }

    /** The form of the store; empty outside domain 0. */
    public Optional<PciAddress> stored() {
        return domain == 0 ? Optional.of(new PciAddress(canonical())) : Optional.empty();
    }

    @Override
    public String toString() {
        return canonical();
    }
}
