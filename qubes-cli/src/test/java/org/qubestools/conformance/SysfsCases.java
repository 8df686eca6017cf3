package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.qubestools.devices.Listing;
import org.qubestools.devices.LocalDevice;
import org.qubestools.devices.LocalScan;

/** A recorded sysfs, and what of it can be attached: the tree is made of files again and read by the real reader. */
final class SysfsCases implements RuntimeGroup {
    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) throws IOException {
        SysfsTree tree = new SysfsTree(temporary, recording);
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(tree, recorded));
        }
    }

    private static List<String> compare(SysfsTree tree, Map<String, Object> recorded) {
        boolean showAll = Boolean.TRUE.equals(recorded.get("showSystemDisks"));
        LocalScan scan = new LocalScan(tree.roots(), tree, tree, showAll);
        Listing<LocalDevice> found = scan.scan(JsonTree.texts(recorded.get("attached")));
        Map<String, Object> expect = JsonTree.map(recorded.get("expect"));
        Map<String, Object> listed = new TreeMap<>();
        found.devices().forEach(device -> listed.put(device.device().name(), fields(device)));

        List<String> differences = new ArrayList<>();
        Map<String, Map<String, Object>> wanted = new TreeMap<>();
        for (Object item : JsonTree.list(expect.get("listed"))) {
            Map<String, Object> device = JsonTree.map(item);
            wanted.put(String.valueOf(device.get("name")), device);
        }
        if (!wanted.keySet().equals(listed.keySet())) {
            differences.add("listed is " + new TreeSet<>(listed.keySet()) + ", not " + wanted.keySet());
        }
        wanted.forEach((name, device) -> {
            for (String difference : Expected.differences(device, JsonTree.map(listed.get(name)))) {
                differences.add(name + ": " + difference);
            }
        });
        if (expect.containsKey("hidden")) {
            Map<String, Object> hidden = DeviceListCases.rejected(found.refused());
            differences.addAll(
                    Expected.differences(Map.of("hidden", expect.get("hidden")), Expected.fields("hidden", hidden)));
        }
        return differences;
    }

    private static Map<String, Object> fields(LocalDevice device) {
        return Expected.fields(
                "name", device.device().name(),
                "device", device.device().path(),
                "sizeBytes", device.device().size(),
                "mode", device.device().mode().letter(),
                "desc", device.device().description(),
                "parent", device.facts().parent());
    }
}
