package org.qubestools.core.edit;

import org.qubestools.core.model.Globals;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.property.GlobalProperties;

/**
 * Fills each global that is none after a VM was added: the first VM that gives network becomes default_fw_netvm and
 * clockvm, the first ProxyVM default_netvm and updatevm, the first template default_template.
 */
final class GlobalsFiller {
    private GlobalsFiller() {}

    static void fill(Draft draft, QubesVm vm) {
        VmClass vmClass = vm.vmClass();
        if (vmClass == VmClass.NET || vmClass == VmClass.PROXY) {
            fill(draft, Globals.Key.DEFAULT_FW_NETVM, vm);
            fill(draft, Globals.Key.CLOCKVM, vm);
        }
        if (vmClass == VmClass.PROXY) {
            fill(draft, Globals.Key.DEFAULT_NETVM, vm);
            fill(draft, Globals.Key.UPDATEVM, vm);
        }
        if (vmClass == VmClass.TEMPLATE) {
            fill(draft, Globals.Key.DEFAULT_TEMPLATE, vm);
        }
    }

    private static void fill(Draft draft, Globals.Key key, QubesVm vm) {
        if (draft.vms().globals().vm(key) == null) {
            draft.setGlobal(key, vm);
            draft.note(GlobalProperties.id(key) + " was none and is now '" + vm.name() + "'");
        }
    }
}
