package org.qubestools.devices;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;

/**
 * Names of PCI vendors, devices and classes, from the file {@code pci.ids} that distributions keep up to date (its head
 * tells the format). Without such a file nothing has a name. Lines of no known form are passed over.
 */
public final class PciIds {
    /** Where distributions have it. */
    public static final List<String> PLACES =
            List.of("/usr/share/hwdata/pci.ids", "/usr/share/misc/pci.ids", "/usr/share/pci.ids");

    private static final int MAX_LINES = 1_000_000;
    private static final int ID = 4;
    private static final int CLASS_ID = 2;
    private static final int HEX = 16;
    private static final int CLASS_SHIFT = 16;
    private static final int SUBCLASS_SHIFT = 8;

    private final Map<Integer, String> vendors = new HashMap<>();
    private final Map<Long, String> devices = new HashMap<>();
    private final Map<Integer, String> classes = new HashMap<>();
    private final Map<Integer, String> subclasses = new HashMap<>();
    private final Set<Integer> wanted;
    private int vendor = -1;
    private int base = -1;

    private PciIds(Set<Integer> wanted) {
        this.wanted = wanted;
    }

    /**
     * Reads the first of these files that is there; one that cannot be read to its end counts as far as it was read.
     *
     * @param vendors whose devices are to be known
     */
    public static PciIds read(List<Path> places, Set<Integer> vendors) {
        PciIds ids = new PciIds(vendors);
        for (Path place : places) {
            if (Files.isRegularFile(place)) {
                ids.read(place);
                break;
            }
        }
        return ids;
    }

    private void read(Path file) {
        // Names are in UTF-8 by now; what is not must not end the reading, and is printed as escapes.
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            String line = lines.readLine();
            for (int i = 0; line != null && i < MAX_LINES; i++) {
                take(line);
                line = lines.readLine();
            }
        } catch (IOException e) {
            return; // names are a help, not a need
        }
    }

    private void take(String line) {
        if (line.isEmpty() || line.charAt(0) == '#' || line.startsWith("\t\t")) {
            return;
        }
        if (line.charAt(0) == '\t') {
            takeSecond(line.substring(1));
            return;
        }
        boolean ofClass = line.startsWith("C ");
        int id = ofClass ? number(line, 2, CLASS_ID) : number(line, 0, ID);
        String name = ofClass ? name(line, 2 + CLASS_ID) : name(line, ID);
        vendor = ofClass || name == null || !wanted.contains(id) ? -1 : id;
        base = ofClass && name != null ? id : -1;
        if (base >= 0 && name != null) {
            classes.put(base, name);
        }
        if (vendor >= 0 && name != null) {
            vendors.put(vendor, name);
        }
    }

    private void takeSecond(String line) {
        if (base >= 0) {
            String name = name(line, CLASS_ID);
            int id = number(line, 0, CLASS_ID);
            if (id >= 0 && name != null) {
                subclasses.put(base << SUBCLASS_SHIFT | id, name);
            }
        } else if (vendor >= 0) {
            String name = name(line, ID);
            int id = number(line, 0, ID);
            if (id >= 0 && name != null) {
                devices.put(key(vendor, id), name);
            }
        }
    }

    private static long key(int vendor, int device) {
        return (long) vendor << CLASS_SHIFT | device;
    }

    /** So many hexadecimal digits; -1 if there are no such. */
    private static int number(String line, int from, int digits) {
        if (line.length() < from + digits) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = Character.digit(line.charAt(i), HEX);
            if (digit < 0) {
                return -1;
            }
            value = value * HEX + digit;
        }
        return value;
    }

    /** What stands behind two blanks; null if there is no such. */
    private static @Nullable String name(String line, int from) {
        if (!line.startsWith("  ", from)) {
            return null;
        }
        String name = line.substring(from + 2).strip();
        return name.isEmpty() ? null : SafeText.of(name);
    }

    /**
     * The name of a class, or its number.
     *
     * @param code base class, subclass and interface, 24 bits
     */
    public String ofClass(int code) {
        String sub = subclasses.get(code >> SUBCLASS_SHIFT);
        String name = sub == null ? classes.get(code >> CLASS_SHIFT) : sub;
        return name == null ? String.format(Locale.ROOT, "Class %04x", code >> SUBCLASS_SHIFT) : name;
    }

    /** The names of vendor and device, or their numbers. */
    public String ofDevice(int vendorId, int deviceId) {
        String maker = vendors.get(vendorId);
        String device = devices.get(key(vendorId, deviceId));
        return (maker == null ? String.format(Locale.ROOT, "Vendor %04x", vendorId) : maker) + " "
                + (device == null ? String.format(Locale.ROOT, "Device %04x", deviceId) : device);
    }
}
