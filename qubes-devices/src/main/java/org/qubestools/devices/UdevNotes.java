package org.qubestools.devices;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** What udev found out about block devices: lines {@code E:KEY=VALUE} in a file for each. */
final class UdevNotes implements DriveMedia {
    private final HostRoots roots;

    UdevNotes(HostRoots roots) {
        this.roots = roots;
    }

    /** The label of the file system on it; empty without one. Its bytes are what somebody wrote on the device. */
    ByteText untrustedLabel(SysfsBlock block) {
        String label = property(block, "ID_FS_LABEL");
        return new ByteText(label == null ? "" : label);
    }

    @Override
    public boolean hasMedium(SysfsBlock drive) {
        if (drive.family() != DeviceFamily.SR && drive.family() != DeviceFamily.SCD) {
            return true; // other empty drives have size 0
        }
        if (property(drive, "ID_CDROM") != null) {
            return property(drive, "ID_CDROM_MEDIA") != null;
        }
        return opens(roots.dev().resolve(drive.node().substring("/dev/".length())));
    }

    private static boolean opens(Path node) {
        try {
            FileChannel.open(node, StandardOpenOption.READ).close();
            return true;
        } catch (AccessDeniedException e) {
            return true; // the drive may have one, but this user cannot tell
        } catch (FileSystemException e) {
            return false; // no medium, or no such node
        } catch (IOException e) {
            return false;
        }
    }

    private @Nullable String property(SysfsBlock block, String key) {
        String start = "E:" + key + "=";
        for (String line :
                KernelFile.table(roots.udev().resolve("b" + block.number())).split("\n", -1)) {
            if (line.startsWith(start)) {
                return line.substring(start.length());
            }
        }
        return null;
    }
}
