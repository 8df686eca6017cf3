package org.qubestools.conformance;

import static org.qubestools.conformance.Expected.fields;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qubestools.devices.BlockDevice;
import org.qubestools.devices.ByteText;
import org.qubestools.devices.Listing;
import org.qubestools.devices.PublishingVm;
import org.qubestools.devices.QubesDbBlockScanner;
import org.qubestools.devices.QubesDbUsbScanner;
import org.qubestools.devices.Refused;
import org.qubestools.devices.UsbDevice;

/** What VMs published, and the lists that come of it. */
final class DeviceListCases {
    private DeviceListCases() {}

    /** A VM with the tree of a case. */
    private record Recorded(String name, boolean isRunning, Map<String, ByteText> tree) implements PublishingVm {
        static Recorded of(String name, boolean running, Object qubesdb) {
            Map<String, ByteText> tree = new TreeMap<>();
            JsonTree.map(qubesdb).forEach((key, value) -> tree.put(key, ByteText.ofUtf8(String.valueOf(value))));
            return new Recorded(name, running, tree);
        }

        @Override
        public Map<String, ByteText> untrustedTree(String directory) {
            Map<String, ByteText> below = new TreeMap<>(tree);
            below.keySet().removeIf(key -> !key.startsWith(directory));
            return below;
        }

        @Override
        public void refresh() {
            throw new IllegalStateException("the tree of a case never fails");
        }
    }

    static Map<String, Object> block(Map<String, Object> recorded) throws InterruptedException {
        Map<String, Object> input = JsonTree.map(recorded.get("input"));
        PublishingVm vm =
                Recorded.of((String) input.get("vm"), Boolean.TRUE.equals(input.get("running")), input.get("qubesdb"));
        boolean showAll = Boolean.TRUE.equals(input.get("showSystemDisks"));
        Listing<BlockDevice> listing = new QubesDbBlockScanner(showAll).scan(vm);
        Map<String, Object> devices = new LinkedHashMap<>();
        for (BlockDevice device : listing.devices()) {
            devices.put(
                    device.ref().toString(),
                    fields(
                            "name", device.ref().toString(),
                            "vm", device.backend(),
                            "device", device.path(),
                            "size", device.size(),
                            "desc", device.description(),
                            "mode", device.mode().letter()));
        }
        return fields("devices", devices, "rejected", rejected(listing.refused()));
    }

    static Map<String, Object> usb(Map<String, Object> recorded) throws InterruptedException {
        Map<String, Object> input = JsonTree.map(recorded.get("input"));
        boolean running = !Boolean.FALSE.equals(input.get("running"));
        PublishingVm vm = Recorded.of((String) input.get("backend"), running, input.get("qubesdb"));
        HashSet<String> known = new HashSet<>(JsonTree.texts(input.get("knownVms")));
        Listing<UsbDevice> listing = new QubesDbUsbScanner(known).scan(vm);
        Map<String, Object> devices = new LinkedHashMap<>();
        for (UsbDevice device : listing.devices()) {
            devices.put(
                    device.key(),
                    fields(
                            "name", device.key(),
                            "vm", device.backend(),
                            "device", device.port(),
                            "desc", device.description(),
                            "qdbPath", device.qubesDbPath(),
                            "connectedTo", device.connectedTo().orElse(null),
                            "connectedToUnknown", device.userUnknown()));
        }
        return fields("devices", devices, "rejected", rejected(listing.refused()));
    }

    static Map<String, Object> rejected(List<Refused> refused) {
        Map<String, Object> reasons = new LinkedHashMap<>();
        for (Refused device : refused) {
            reasons.put(device.untrustedName(), device.reason().name());
        }
        return reasons;
    }
}
