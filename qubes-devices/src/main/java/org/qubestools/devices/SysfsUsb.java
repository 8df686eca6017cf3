package org.qubestools.devices;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.io.FileNames;
import org.qubestools.core.vmm.HostDevice;

/**
 * USB devices of this host, by the layout of {@code Documentation/ABI/testing/sysfs-bus-usb} of Linux. Hubs and
 * controllers are none. What a device says of itself is untrusted.
 */
public final class SysfsUsb {
    /** Where they are, as users know it. */
    public static final String FOLDER = "/sys/bus/usb/devices";

    private static final String HUB = "09";
    private static final int MAX_DESCRIPTION = 255;

    private final Path folder;

    /** {@code folder}: {@link #FOLDER}, or a tree in its place. */
    public SysfsUsb(Path folder) {
        this.folder = folder;
    }

    /**
     * One device of the host.
     *
     * @param port bus and ports: {@code 2-1.4}
     * @param description vendor and product, four hexadecimal digits each, and what else the device says
     * @param place where it is until it is pulled out
     */
    record HostUsb(String port, String description, HostDevice.Usb place) {}

    /** All devices, in natural order of their ports; one that goes meanwhile is not there. */
    List<HostUsb> all() {
        List<String> names;
        try {
            names = FileNames.in(folder);
        } catch (IOException e) {
            return List.of(); // a host without USB
        }
        names.sort(NaturalOrder.INSTANCE);
        List<HostUsb> found = new ArrayList<>();
        for (String name : names) {
            find(name).ifPresent(found::add);
        }
        return found;
    }

    /** The device at a port; empty if there is none, or a hub. */
    Optional<HostUsb> find(String untrustedPort) {
        if (!isPort(untrustedPort)) {
            return Optional.empty();
        }
        Path device = folder.resolve(untrustedPort);
        String vendor = value(device, "idVendor");
        String product = value(device, "idProduct");
        long bus = KernelFile.number(device.resolve("busnum"));
        long number = KernelFile.number(device.resolve("devnum"));
        boolean known = isId(vendor) && isId(product) && bus > 0 && bus <= 0xffff && number > 0 && number <= 0xffff;
        return known && !value(device, "bDeviceClass").equals(HUB)
                ? Optional.of(new HostUsb(
                        untrustedPort, description(device, vendor + ":" + product), new HostDevice.Usb((int) bus, (int)
                                number)))
                : Optional.empty();
    }

    /** Digits, a dash, digits with dots between; interfaces have a colon, controllers are called {@code usb1}. */
    private static boolean isPort(String untrusted) {
        int dash = untrusted.indexOf('-');
        if (dash <= 0 || !isDigits(untrusted.substring(0, dash))) {
            return false;
        }
        for (String step : untrusted.substring(dash + 1).split("\\.", -1)) {
            if (!isDigits(step)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isId(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                return false;
            }
        }
        return text.length() == 4;
    }

    private static String value(Path device, String name) {
        String value = KernelFile.value(device.resolve(name));
        return value == null ? "" : value.strip();
    }

    private static String description(Path device, String ids) {
        StringBuilder text = new StringBuilder(ids);
        char separator = ' ';
        for (String part : List.of("manufacturer", "product", "serial")) {
            String value = new ByteText(value(device, part)).printable().strip().replace(' ', '_');
            if (!value.isEmpty()) {
                text.append(separator).append(value);
                separator = '_';
            }
        }
        return text.substring(0, Math.min(text.length(), MAX_DESCRIPTION));
    }
}
