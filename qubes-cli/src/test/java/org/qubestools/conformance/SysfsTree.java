package org.qubestools.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qubestools.devices.DeviceNumber;
import org.qubestools.devices.DriveMedia;
import org.qubestools.devices.HostRoots;
import org.qubestools.devices.NodeNumbers;
import org.qubestools.devices.SysfsBlock;

/** Makes the files of a recorded sysfs; nodes, which only root could make, are a table. */
final class SysfsTree implements NodeNumbers, DriveMedia {
    private final HostRoots roots;
    private final Map<String, DeviceNumber> nodes = new HashMap<>();
    private final Set<String> empty;

    /** Writes the tree below an existing directory. */
    SysfsTree(Path root, Map<String, Object> recording) throws IOException {
        this.roots = HostRoots.below(root);
        this.empty = new HashSet<>(JsonTree.texts(recording.get("noMedium")));
        Files.createDirectories(roots.sys().resolve("class/block"));
        Files.createDirectories(roots.sys().resolve("dev/block"));
        for (Object item : JsonTree.list(recording.get("devices"))) {
            device(root, JsonTree.map(item));
        }
        tables(recording);
    }

    HostRoots roots() {
        return roots;
    }

    @Override
    public Optional<DeviceNumber> numberOf(String path) {
        return Optional.ofNullable(nodes.get(path));
    }

    @Override
    public boolean hasMedium(SysfsBlock drive) {
        return !empty.contains(drive.kernelName());
    }

    private void device(Path root, Map<String, Object> device) throws IOException {
        String name = String.valueOf(device.get("name"));
        String number = String.valueOf(device.get("dev"));
        String devName = device.get("devName") == null ? name.replace('!', '/') : (String) device.get("devName");
        Path directory = root.resolve(String.valueOf(device.get("sysPath")).substring(1));
        Files.createDirectories(directory.resolve("holders"));
        Files.createSymbolicLink(roots.sys().resolve("class/block").resolve(name), directory);
        if (device.get("dev") != null) {
            Files.createSymbolicLink(roots.sys().resolve("dev/block").resolve(number), directory);
            nodes.put("/dev/" + devName, DeviceNumber.parse(number).orElseThrow());
        }
        file(directory, "dev", device.get("dev"));
        boolean partition = device.get("partition") != null;
        file(
                directory,
                "uevent",
                "MAJOR=" + number.replace(":", "\nMINOR=") + "\nDEVNAME=" + devName + "\nDEVTYPE="
                        + (partition ? "partition" : "disk"));
        file(directory, "size", device.get("sizeSectors"));
        file(directory, "ro", device.get("ro"));
        file(directory, "removable", device.get("removable"));
        file(directory, "partition", device.get("partition"));
        file(directory, "hidden", device.get("hidden"));
        file(directory, "dm/name", device.get("dmName"));
        file(directory, "loop/backing_file", device.get("loopBackingFile"));
        file(directory, "device/model", device.get("model"));
        for (String holder : JsonTree.texts(device.get("holders"))) {
            Files.createDirectory(directory.resolve("holders").resolve(holder));
        }
    }

    private static void file(Path directory, String name, Object value) throws IOException {
        if (value != null) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, value + "\n", StandardCharsets.UTF_8);
        }
    }

    /** The source of a mount without a node here is left to its name, as with anonymous numbers. */
    private void tables(Map<String, Object> recording) throws IOException {
        StringBuilder mounts = new StringBuilder("21 1 0:19 / /sys rw - sysfs sysfs rw\n");
        for (Object item : JsonTree.list(recording.get("mounts"))) {
            Map<String, Object> mount = JsonTree.map(item);
            String source = String.valueOf(mount.get("source"));
            String number = numberOf(source).map(DeviceNumber::toString).orElse("0:40");
            mounts.append("30 21 " + number + " / " + mount.get("mountPoint") + " rw,relatime shared:1 - "
                    + mount.get("fsType") + " " + source + " rw\n");
        }
        file(roots.proc(), "self/mountinfo", mounts.toString().strip());
        StringBuilder swaps = new StringBuilder("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
        for (String swap : JsonTree.texts(recording.get("swaps"))) {
            swaps.append(swap + "                               partition\t2044\t\t0\t\t-2\n");
        }
        file(roots.proc(), "swaps", swaps.toString().strip());
    }
}
