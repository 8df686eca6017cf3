package org.qubestools.devices;

import java.util.List;
import org.qubestools.core.vmm.LiveDisk;

/**
 * All disks of one running VM at one moment, its own ones too.
 *
 * @param vm its name
 */
public record VmDisks(String vm, List<LiveDisk> disks) {
    public VmDisks {
        disks = List.copyOf(disks);
    }
}
