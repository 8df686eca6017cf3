package org.qubestools.core.property;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.KernelName;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;

/** The kernel of a VM: an installed one, its own, or the global default. */
public final class KernelProperty extends SettableProperty {
    KernelProperty() {
        super("kernel", "'default', 'none' (the VM's own kernels directory) or a directory below vm-kernels");
    }

    @Override
    public boolean belongsTo(VmClass vmClass) {
        return vmClass.hasKernel();
    }

    @Override
    public @Nullable String value(VmView view) {
        return view.facts().kernel();
    }

    @Override
    public QubesVm set(VmView view, String untrusted, PropertyContext context) {
        if (untrusted.equalsIgnoreCase("default")) {
            return reset(view, context);
        }
        String kernel = untrusted.equalsIgnoreCase("none") ? null : checked(untrusted, "kernel", context);
        return view.vm().with(Attributes.USES_DEFAULT_KERNEL, false).with(Attributes.KERNEL, kernel);
    }

    /** The name if such a kernel is installed, else INVALID_VALUE. */
    public static String checked(String untrusted, String property, PropertyContext context) {
        String reason = KernelName.reasonAgainst(untrusted);
        if (reason == null) {
            reason = context.problemWithKernel(untrusted);
        }
        if (reason != null) {
            String known = context.installedKernels();
            throw Refusals.invalid(
                    property,
                    untrusted,
                    "is no usable kernel: " + reason,
                    known.isEmpty() ? "no kernel is installed" : "installed: " + known);
        }
        return untrusted;
    }

    @Override
    public QubesVm reset(VmView view, PropertyContext context) {
        QubesVm vm = view.vm();
        if (vm.has(Attributes.USES_DEFAULT_KERNEL) && vm.is(Attributes.USES_DEFAULT_KERNEL)) {
            return vm;
        }
        return vm.with(Attributes.USES_DEFAULT_KERNEL, true)
                .with(Attributes.KERNEL, view.vms().globals().defaultKernel());
    }

    @Override
    public boolean isDefault(VmView view) {
        return view.vm().is(Attributes.USES_DEFAULT_KERNEL);
    }
}
