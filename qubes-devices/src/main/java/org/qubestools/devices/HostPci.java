package org.qubestools.devices;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileNames;
import org.qubestools.core.model.PciAddress;

/**
 * A PCI device of this host in domain 0, as sysfs tells of it.
 *
 * @param classCode base class, subclass and interface, 24 bits
 * @param vendor its number in {@code pci.ids}
 * @param device its number among those of the vendor
 */
public record HostPci(PciAddress address, int classCode, int vendor, int device) {
    private static final int HEX = 16;
    private static final int MAX_DIGITS = 6;

    /**
     * All devices, sorted by their addresses; one that goes meanwhile is not there.
     *
     * @param bus {@code /sys/bus/pci/devices}, or a tree in its place
     */
    public static List<HostPci> all(Path bus) {
        List<HostPci> found = new ArrayList<>();
        try {
            for (String name : FileNames.in(bus)) {
                read(name, bus.resolve(name)).ifPresent(found::add);
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot look at the PCI devices of this host", "see whether /sys is mounted", e);
        }
        Collections.sort(found, Comparator.comparing(pci -> pci.address().value()));
        return found;
    }

    private static Optional<HostPci> read(String name, Path entry) {
        Optional<PciAddress> address = PciName.find(name).flatMap(PciName::stored);
        int code = number(entry.resolve("class"));
        return address.isEmpty() || code < 0
                ? Optional.empty()
                : Optional.of(new HostPci(
                        address.get(),
                        code,
                        Math.max(0, number(entry.resolve("vendor"))),
                        Math.max(0, number(entry.resolve("device")))));
    }

    /** A value such as {@code 0x020000}; -1 if there is none. */
    private static int number(Path file) {
        String text = KernelFile.value(file);
        if (text == null || !text.startsWith("0x") || text.length() - 2 > MAX_DIGITS || text.length() == 2) {
            return -1;
        }
        int value = 0;
        for (int i = 2; i < text.length(); i++) {
            int digit = Character.digit(text.charAt(i), HEX);
            if (digit < 0) {
                return -1;
            }
            value = value * HEX + digit;
        }
        return value;
    }
}
