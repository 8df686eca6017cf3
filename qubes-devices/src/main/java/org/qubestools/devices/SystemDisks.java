package org.qubestools.devices;

import java.util.Set;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.vmm.LiveDisk;

/** Which disks of a VM are those of its own definition. */
final class SystemDisks {
    private static final Set<String> ALWAYS = Set.of("xvda", "xvdb", "xvdc");
    private static final String FOURTH = "xvdd";
    private static final String MODULES = "/modules.img";

    private final DeviceHost host;

    SystemDisks(DeviceHost host) {
        this.host = host;
    }

    boolean contains(String vm, LiveDisk disk) {
        if (ALWAYS.contains(disk.frontend())) {
            return true;
        }
        String source = disk.source();
        if (!disk.frontend().equals(FOURTH) || source == null) {
            return false;
        }
        return isModules(disk, source)
                || host.drive(vm).filter(drive -> isDrive(drive, disk, source)).isPresent();
    }

    /** The image of a kernel: {@code .../vm-kernels/VERSION/modules.img}, or {@code kernels/modules.img} of the VM. */
    private static boolean isModules(LiveDisk disk, String source) {
        return disk.backend().equals(LiveDisk.DOM0)
                && source.endsWith(MODULES)
                && (source.contains("/vm-kernels/") || source.endsWith("/kernels" + MODULES));
    }

    /** Below another root the driver knows the path with that root in front; never a part of a name. */
    private boolean isDrive(DriveSpec drive, LiveDisk disk, String source) {
        if (!drive.backend().equals(disk.backend())) {
            return false;
        }
        boolean ofDom0 = drive.backend().equals(LiveDisk.DOM0);
        return source.equals(drive.path()) || (ofDom0 && source.equals(host.realPath(drive.path())));
    }
}
