package org.qubestools.devices;

import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.DriveSpec;

/**
 * The operand {@code VM:DEVICE} or {@code VM:/FILE} of the tools, cut at its first colon. Whether there is such a VM is
 * for the caller to see.
 */
public final class DeviceArgument {
    private static final String NODES = "/dev/";

    private DeviceArgument() {}

    /**
     * A file in a VM.
     *
     * @param vm as given, not empty
     * @param path absolute, otherwise as given; may contain colons
     */
    public record FileInVm(String vm, String path) {}

    /**
     * A device that a list can show; one leading {@code /dev/} is dropped.
     *
     * @throws DeviceException MISSING_VM without a colon; INVALID_DEVICE if a half is empty or no name of a device
     */
    public static BlockDeviceRef device(String untrusted) {
        int colon = colon(untrusted);
        String rest = untrusted.substring(colon + 1);
        String name = rest.startsWith(NODES) ? rest.substring(NODES.length()) : rest;
        boolean kernelName = name.indexOf('/') < 0 && DeviceName.find(name).isPresent();
        if (!kernelName && !UntrustedBlockEntry.isListedName(name)) {
            throw invalid(untrusted, "names no block device");
        }
        return new BlockDeviceRef(untrusted.substring(0, colon), name);
    }

    /**
     * A device by one of its ids, see {@link DeviceIds}.
     *
     * @param vm as given, not empty
     */
    public record IdInVm(String vm, String id) {}

    /**
     * A device by its id, with or without {@code /dev/disk/by-id/} in front; an id may contain colons.
     *
     * @throws DeviceException MISSING_VM without a colon; INVALID_DEVICE if a half is empty or no id
     */
    public static IdInVm id(String untrusted) {
        int colon = colon(untrusted);
        String rest = untrusted.substring(colon + 1);
        String id = rest.startsWith(DeviceIds.FOLDER) ? rest.substring(DeviceIds.FOLDER.length()) : rest;
        if (!DeviceIds.isId(id)) {
            throw invalid(untrusted, "names no device by its id");
        }
        return new IdInVm(untrusted.substring(0, colon), id);
    }

    /**
     * A file.
     *
     * @throws DeviceException MISSING_VM without a colon; INVALID_DEVICE if a half is empty; PATH_NOT_ABSOLUTE
     */
    public static FileInVm file(String untrusted) {
        int colon = colon(untrusted);
        String path = untrusted.substring(colon + 1);
        if (!path.startsWith("/")) {
            throw DeviceException.of(
                            DeviceError.PATH_NOT_ABSOLUTE,
                            "the path in '" + SafeText.of(untrusted) + "' does not begin with a slash")
                    .hint("give the whole path, such as dom0:/home/user/disk.img")
                    .device(SafeText.of(untrusted))
                    .build();
        }
        return new FileInVm(untrusted.substring(0, colon), path);
    }

    /**
     * The drive of an HVM: {@code [hd:|cdrom:][VM:]/PATH}.
     *
     * @throws DeviceException INVALID_DRIVE
     */
    public static DriveSpec drive(String untrusted) {
        DriveSpec drive = DriveSpec.parseUser(untrusted);
        if (drive == null) {
            throw new DeviceException(
                    DeviceError.INVALID_DRIVE,
                    "'" + SafeText.of(untrusted) + "' is no drive",
                    "write [hd:|cdrom:][VM:]/PATH, such as cdrom:dom0:/home/user/a.iso");
        }
        return drive;
    }

    private static int colon(String untrusted) {
        int colon = untrusted.indexOf(':');
        if (colon < 0) {
            throw DeviceException.of(
                            DeviceError.MISSING_VM, "'" + SafeText.of(untrusted) + "' does not say which VM has it")
                    .hint("write VM:DEVICE, such as dom0:sdb1")
                    .device(SafeText.of(untrusted))
                    .build();
        }
        if (colon == 0 || colon == untrusted.length() - 1) {
            throw invalid(untrusted, "lacks the name before or behind the colon");
        }
        return colon;
    }

    private static DeviceException invalid(String untrusted, String reason) {
        return DeviceException.of(DeviceError.INVALID_DEVICE, "'" + SafeText.of(untrusted) + "' " + reason)
                .hint("see the names in the list of devices")
                .device(SafeText.of(untrusted))
                .build();
    }
}
