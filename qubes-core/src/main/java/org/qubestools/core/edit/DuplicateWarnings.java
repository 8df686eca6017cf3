package org.qubestools.core.edit;

import java.util.List;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;

/** Warns of what two VMs should not share. */
final class DuplicateWarnings {
    private DuplicateWarnings() {}

    static void mac(Draft draft, QubesVm vm) {
        String mac = vm.get(Attributes.MAC);
        for (QubesVm other : draft.vms().inDocumentOrder()) {
            String othersMac = other.get(Attributes.MAC);
            if (mac != null && other.key() != vm.key() && mac.equalsIgnoreCase(othersMac)) {
                draft.warn("VM '" + other.name() + "' has the same MAC address, " + mac);
            }
        }
    }

    static void pciDevices(Draft draft, QubesVm vm) {
        for (PciAddress device : vm.getOr(Attributes.PCIDEVS, List.of())) {
            for (QubesVm other : draft.vms().inDocumentOrder()) {
                if (other.key() != vm.key()
                        && other.getOr(Attributes.PCIDEVS, List.of()).contains(device)) {
                    draft.warn("PCI device " + device + " belongs to VM '" + other.name() + "' too");
                }
            }
        }
    }

    /** A new address that another VM has already, or the one of the second DNS server. */
    static void address(Draft draft, QubesVm vm) {
        String ip = draft.view(vm).addresses().ip();
        if (ip == null || vm.vmClass() == VmClass.DISPOSABLE) {
            return;
        }
        if (ip.endsWith(".254")) {
            draft.warn("VM '" + vm.name() + "' gets the address " + ip + ", which is also the second DNS server's");
        }
        for (QubesVm other : draft.vms().inDocumentOrder()) {
            if (other.key() != vm.key()
                    && ip.equals(draft.view(other).addresses().ip())) {
                draft.warn("VM '" + other.name() + "' has the same address, " + ip);
            }
        }
    }
}
