package org.qubestools.conformance;

import static org.qubestools.conformance.Expected.fields;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.devices.AttachedDisks;
import org.qubestools.devices.Attachment;
import org.qubestools.devices.BlockDevice;
import org.qubestools.devices.BlockDeviceRef;
import org.qubestools.devices.ByteText;
import org.qubestools.devices.DeviceMode;
import org.qubestools.devices.DevicePlaces;
import org.qubestools.devices.VmDisks;

/** Which VM has a device, and whether two devices are one. */
final class AttachedCases {
    private AttachedCases() {}

    static Map<String, Object> holder(Map<String, Object> recorded) {
        Map<String, Object> input = JsonTree.map(recorded.get("input"));
        List<VmDisks> running = new ArrayList<>();
        for (Object item : JsonTree.list(input.get("vms"))) {
            Map<String, Object> vm = JsonTree.map(item);
            if (Boolean.TRUE.equals(vm.get("running")) && vm.get("disks") != null) {
                running.add(new VmDisks((String) vm.get("name"), disks(vm.get("disks"))));
            }
        }
        Optional<Attachment> holder = new AttachedDisks(running).holder(device(JsonTree.map(input.get("device"))));
        return fields(
                "attachedTo", holder.map(Attachment::vm).orElse(null),
                "frontend", holder.map(Attachment::frontend).orElse(null));
    }

    static List<LiveDisk> disks(Object recorded) {
        List<LiveDisk> disks = new ArrayList<>();
        for (Object item : JsonTree.list(recorded)) {
            Map<String, Object> disk = JsonTree.map(item);
            String target = (String) disk.get("target");
            disks.add(new LiveDisk(
                    String.valueOf(disk.getOrDefault("type", LiveDisk.BLOCK)),
                    String.valueOf(disk.getOrDefault("device", "disk")),
                    (String) disk.get("source"),
                    LiveDisk.backendName((String) disk.get("backend")),
                    target,
                    target,
                    Boolean.TRUE.equals(disk.get("readonly")),
                    null));
        }
        return disks;
    }

    private static BlockDevice device(Map<String, Object> recorded) {
        String path = (String) recorded.get("device");
        return new BlockDevice(
                new BlockDeviceRef((String) recorded.get("vm"), path),
                path,
                0,
                ByteText.ofUtf8(String.valueOf(recorded.get("desc"))),
                DeviceMode.READ_WRITE);
    }

    static Map<String, Object> overlap(Map<String, Object> recorded) {
        Map<String, Object> input = JsonTree.map(recorded.get("input"));
        return fields("overlap", DevicePlaces.BY_NAME.overlap((String) input.get("a"), (String) input.get("b")));
    }
}
