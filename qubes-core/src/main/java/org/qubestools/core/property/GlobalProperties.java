package org.qubestools.core.property;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;

/** Reading and setting the six global properties. */
public final class GlobalProperties {
    private GlobalProperties() {}

    /** The name in listings, with dashes. */
    public static String id(Globals.Key key) {
        return key.xmlName().replace('_', '-');
    }

    /** The name of the VM or kernel; null for none. */
    public static @Nullable String value(VmCollection vms, Globals.Key key) {
        if (key == Globals.Key.DEFAULT_KERNEL) {
            return vms.globals().defaultKernel();
        }
        QubesVm vm = vms.globals().vm(key);
        return vm == null ? null : vm.name();
    }

    /** One line for the manual. */
    public static String help(Globals.Key key) {
        return switch (key) {
            case CLOCKVM -> "VM that dom0 takes the time from";
            case DEFAULT_FW_NETVM -> "netvm of a ProxyVM whose netvm is set to 'default'";
            case DEFAULT_KERNEL -> "kernel of VMs that follow the default";
            case DEFAULT_NETVM -> "netvm of VMs that follow the default";
            case DEFAULT_TEMPLATE -> "template of new VMs";
            case UPDATEVM -> "VM that downloads the updates of dom0";
        };
    }

    /** The collection with the global set to what the user's text stands for; empty and {@code none} are none. */
    public static VmCollection set(VmCollection vms, Globals.Key key, String untrusted, PropertyContext context) {
        if (untrusted.isEmpty() || untrusted.equalsIgnoreCase("none")) {
            return vms.withGlobalText(key, "None");
        }
        if (key == Globals.Key.DEFAULT_KERNEL) {
            return vms.withGlobalText(key, KernelProperty.checked(untrusted, id(key), context));
        }
        QubesVm target = vms.require(untrusted);
        VmClass vmClass = target.vmClass();
        if (key == Globals.Key.DEFAULT_TEMPLATE && vmClass != VmClass.TEMPLATE) {
            throw Refusals.invalid(id(key), untrusted, "is not a TemplateVM", "'qvm-ls --class TemplateVM' lists them");
        }
        boolean network = key == Globals.Key.DEFAULT_NETVM || key == Globals.Key.DEFAULT_FW_NETVM;
        if (network && vmClass != VmClass.NET && vmClass != VmClass.PROXY) {
            throw Refusals.invalid(id(key), untrusted, "gives no network", "name a NetVM or a ProxyVM");
        }
        VmCollection changed = vms.withGlobal(key, target);
        checkLoop(vms, changed, key, untrusted);
        return changed;
    }

    /** A ProxyVM never follows the default, so only a chain that was a loop already can come out here. */
    private static void checkLoop(VmCollection before, VmCollection after, Globals.Key key, String untrusted) {
        QubesVm netvm = key == Globals.Key.DEFAULT_NETVM ? after.globals().defaultNetvm() : null;
        if (netvm != null && before.netvm(netvm).vm() != null) {
            QubesVm next = before.netvm(netvm).vm();
            if (next != null && before.chainMeets(next, netvm)) {
                throw Refusals.invalid(id(key), untrusted, "is part of a loop of NetVMs", "mend its netvm first");
            }
        }
    }
}
