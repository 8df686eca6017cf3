package org.qubestools.conformance;

import static org.qubestools.conformance.Expected.fields;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.devices.BlockDeviceRef;
import org.qubestools.devices.DeviceArgument;
import org.qubestools.devices.DeviceName;
import org.qubestools.devices.DeviceNumber;
import org.qubestools.devices.DeviceSize;
import org.qubestools.devices.FrontendName;
import org.qubestools.devices.FrontendNumber;
import org.qubestools.devices.PciName;

/** Cases that stand alone: an input, and what it means. */
final class DeviceWordCases implements RuntimeGroup {
    /** What the code makes of one case. */
    interface Meaning {
        Map<String, Object> of(Map<String, Object> recorded) throws Exception;
    }

    private final Meaning meaning;

    DeviceWordCases(Meaning meaning) {
        this.meaning = meaning;
    }

    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            report.check(
                    RuntimeCases.name(name, recorded, i),
                    () -> Expected.differences(recorded.get("expect"), Expected.outcome(() -> meaning.of(recorded))));
        }
    }

    private static String input(Map<String, Object> recorded) {
        return (String) recorded.get("input");
    }

    static Map<String, Object> name(Map<String, Object> recorded) {
        DeviceName name = DeviceName.parse(input(recorded));
        OptionalInt partition = name.partition();
        return fields(
                "family",
                name.family().word(),
                "wholeDisk",
                name.wholeDisk(),
                "partition",
                partition.isPresent() ? (long) partition.getAsInt() : null,
                "kernelName",
                name.kernelName(),
                "node",
                name.node(),
                "staticNumber",
                name.staticNumber().map(DeviceNumber::toString).orElse("dynamic"));
    }

    static Map<String, Object> frontendNumber(Map<String, Object> recorded) {
        return recorded.get("direction").equals("encode")
                ? fields("vdev", (long) FrontendNumber.encode(input(recorded)))
                : fields("name", FrontendNumber.decode((Long) recorded.get("input")));
    }

    static Map<String, Object> frontend(Map<String, Object> recorded) {
        List<String> used = JsonTree.texts(JsonTree.map(recorded.get("input")).get("usedTargets"));
        return fields("frontend", FrontendName.firstFree(new HashSet<>(used)).value());
    }

    static Map<String, Object> argument(Map<String, Object> recorded) {
        Map<String, Object> input = JsonTree.map(recorded.get("input"));
        String text = (String) input.get("argument");
        if (input.get("option").equals("-A")) {
            DeviceArgument.FileInVm file = DeviceArgument.file(text);
            return fields("vm", file.vm(), "path", file.path());
        }
        BlockDeviceRef device = DeviceArgument.device(text);
        return fields("vm", device.backend(), "key", device.toString());
    }

    static Map<String, Object> drive(Map<String, Object> recorded) {
        DriveSpec drive = DeviceArgument.drive(input(recorded));
        return fields("drive", drive.toString(), "type", drive.type(), "vm", drive.backend(), "path", drive.path());
    }

    static Map<String, Object> size(Map<String, Object> recorded) {
        return switch (String.valueOf(recorded.get("op"))) {
            case "parse" -> fields("bytes", DeviceSize.parse(input(recorded)));
            case "blockSize" -> fields("text", SizeText.whole((Long) recorded.get("input")));
            case "human" -> fields("text", SizeText.oneDecimal((Long) recorded.get("input")));
            default -> throw new IllegalArgumentException("unknown op " + recorded.get("op"));
        };
    }

    static Map<String, Object> pci(Map<String, Object> recorded) {
        PciName name = PciName.parse(input(recorded));
        return fields(
                "canonical",
                name.canonical(),
                "sysfs",
                name.sysfsName(),
                "nodeDevice",
                name.nodeDevice(),
                "libvirt",
                fields(
                        "domain", hex("0x%04x", name.domain()),
                        "bus", hex("0x%02x", name.bus()),
                        "slot", hex("0x%02x", name.slot()),
                        "function", hex("0x%x", name.function())));
    }

    private static String hex(String format, int number) {
        return String.format(Locale.ROOT, format, number);
    }
}
