package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Recordings of devices: one file a group, {@code {group, description, cases}}; any number of recorded trees of sysfs,
 * {@code {devices, mounts, swaps, noMedium, cases}}; and tables of names.
 */
final class DeviceCases {
    /** A group that has no line here fails. */
    private static final Map<String, RuntimeGroup> GROUPS = Map.ofEntries(
            Map.entry("names", new DeviceWordCases(DeviceWordCases::name)),
            Map.entry("vdev", new DeviceWordCases(DeviceWordCases::frontendNumber)),
            Map.entry("frontend", new DeviceWordCases(DeviceWordCases::frontend)),
            Map.entry("device-argument", new DeviceWordCases(DeviceWordCases::argument)),
            Map.entry("drive", new DeviceWordCases(DeviceWordCases::drive)),
            Map.entry("sizes", new DeviceWordCases(DeviceWordCases::size)),
            Map.entry("pci", new DeviceWordCases(DeviceWordCases::pci)),
            Map.entry("qubesdb-list", new DeviceWordCases(DeviceListCases::block)),
            Map.entry("usb-list", new DeviceWordCases(DeviceListCases::usb)),
            Map.entry("check-attached", new DeviceWordCases(AttachedCases::holder)),
            Map.entry("overlap", new DeviceWordCases(AttachedCases::overlap)),
            Map.entry("attach", new DeviceWordCases(AttachCases::attach)),
            Map.entry("detach", new DeviceWordCases(AttachCases::detach)),
            Map.entry("kvm-disk", new DeviceWordCases(AttachCases::onQemu)),
            Map.entry("sysfs", new SysfsCases()));

    private final Path directory;
    private final Path temporary;
    private final Report report;

    DeviceCases(Path directory, Path temporary, Report report) {
        this.directory = directory;
        this.temporary = temporary;
        this.report = report;
    }

    void run() throws IOException {
        for (Path file : StoreCases.sorted(directory, "*.json")) {
            String name = file.getFileName().toString().replace(".json", "");
            report.border(name, () -> group(name, JsonTree.read(file)));
        }
        for (Path file : StoreCases.sorted(directory, "*.csv")) {
            String name = file.getFileName().toString();
            report.border(name, () -> DeviceTables.run(name, Files.readString(file), report));
        }
    }

    private void group(String name, Map<String, Object> recording) throws IOException {
        String group = recording.containsKey("devices") ? "sysfs" : String.valueOf(recording.get("group"));
        RuntimeGroup runner = GROUPS.get(group);
        if (runner != null) {
            runner.run(name, recording, Files.createDirectory(temporary.resolve(name)), report);
        } else {
            String known = new TreeSet<>(GROUPS.keySet()).toString();
            report.result(name, List.of("nobody runs the group '" + group + "'; known are " + known));
        }
    }
}
