package org.qubestools.devices;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One block device as the VM that has it wrote it into its QubesDB.
 *
 * <p>The rules are those of {@code qubes-core-admin} R3.2 (block.py), stricter where that let a VM write anything.
 */
final class UntrustedBlockEntry {
    /** Images of VMs lie below. */
    static final String SYSTEM_DIRECTORY = "/var/lib/qubes/";

    private static final String NODES = "/dev/";
    private static final int MAX_NAME = 12;
    private static final int MAX_PATH = 64;
    private static final int MAX_DESCRIPTION = 255;

    private final String vm;
    private final String untrustedName;
    private final @Nullable ByteText untrustedDesc;
    private final @Nullable ByteText untrustedSize;
    private final @Nullable ByteText untrustedMode;
    private final String untrustedPath;

    UntrustedBlockEntry(String vm, String untrustedName, Map<String, ByteText> untrustedFields) {
        this.vm = vm;
        this.untrustedName = untrustedName;
        this.untrustedDesc = untrustedFields.get("desc");
        this.untrustedSize = untrustedFields.get("size");
        this.untrustedMode = untrustedFields.get("mode");
        ByteText path = untrustedFields.get("device");
        this.untrustedPath = path == null ? NODES + untrustedName : path.latin1();
    }

    /** A name that a VM may publish; this alone, so {@code sda0} too. */
    static boolean isListedName(String untrusted) {
        return TextScan.consistsOf(untrusted, "-", 1, MAX_NAME);
    }

    /** The device, if all of it is as it should be; else the first reason why not. */
    Checked check(boolean showSystemDisks) {
        if (!isListedName(untrustedName)) {
            return Checked.refused(ListReason.BAD_NAME);
        }
        if (untrustedDesc == null || untrustedSize == null || untrustedMode == null) {
            return Checked.refused(ListReason.MISSING_FIELD);
        }
        if (!TextScan.consistsOf(untrustedPath, "/-", 1, MAX_PATH) || !untrustedPath.startsWith(NODES)) {
            return Checked.refused(ListReason.BAD_DEVICE_PATH);
        }
        long size = TextScan.decimal(untrustedSize.latin1());
        if (size < 0) {
            return Checked.refused(ListReason.BAD_SIZE);
        }
        String desc = untrustedDesc.latin1();
        if (desc.isEmpty() || desc.length() > MAX_DESCRIPTION || desc.indexOf('\n') >= 0) {
            return Checked.refused(ListReason.BAD_DESC);
        }
        DeviceMode mode = mode(untrustedMode.latin1());
        if (mode == null) {
            return Checked.refused(ListReason.BAD_MODE);
        }
        if (vm.equals(PublishingVm.DOM0) && !showSystemDisks && desc.startsWith(SYSTEM_DIRECTORY)) {
            return Checked.refused(ListReason.SYSTEM_DISK);
        }
        BlockDeviceRef ref = new BlockDeviceRef(vm, untrustedName);
        return Checked.accepted(new BlockDevice(ref, untrustedPath, size, untrustedDesc, mode));
    }

    private static @Nullable DeviceMode mode(String untrusted) {
        return switch (untrusted) {
            case "r" -> DeviceMode.READ_ONLY;
            case "w" -> DeviceMode.READ_WRITE;
            default -> null;
        };
    }

    /** Exactly one of both. */
    record Checked(@Nullable BlockDevice device, @Nullable ListReason reason) {
        static Checked accepted(BlockDevice device) {
            return new Checked(device, null);
        }

        static Checked refused(ListReason reason) {
            return new Checked(null, reason);
        }
    }
}
