package org.qubestools.core.edit;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;

/**
 * Adds PCI devices to the list of a VM, or takes some out of it, whether it runs or not. What is there already, or is not
 * there, is fine.
 *
 * @param add true adds them, false takes them out
 */
public record ChangePciDevices(String untrustedVm, List<PciAddress> devices, boolean add) implements Change {
    public ChangePciDevices {
        devices = List.copyOf(devices);
    }

    /** The directory of a device of the host, as a fixed path. */
    public static String sysfs(PciAddress device) {
        return "/sys/bus/pci/devices/0000:" + device.value();
    }

    @Override
    public void apply(Draft draft) {
        QubesVm vm = draft.requireChangeable(untrustedVm);
        if (vm.vmClass() == VmClass.DISPOSABLE || vm.qid() == 0) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "VM '" + vm.name() + "' can have no PCI devices",
                    "they stay in dom0, or go to a VM that is no DisposableVM");
        }
        List<PciAddress> now = new ArrayList<>(vm.getOr(Attributes.PCIDEVS, List.of()));
        for (PciAddress device : devices) {
            if (!add) {
                now.remove(device);
            } else if (!now.contains(device)) {
                requireThere(draft, device);
                now.add(device);
            }
        }
        QubesVm changed = vm.with(Attributes.PCIDEVS, now);
        draft.replace(changed);
        if (add && !now.equals(vm.getOr(Attributes.PCIDEVS, List.of()))) {
            DuplicateWarnings.pciDevices(draft, changed);
        }
    }

    private static void requireThere(Draft draft, PciAddress device) {
        if (!draft.tree().exists(sysfs(device))) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "invalid device: this host has no PCI device " + device,
                    "'lspci' shows those that it has");
        }
    }
}
