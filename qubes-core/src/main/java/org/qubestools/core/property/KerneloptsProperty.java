package org.qubestools.core.property;

import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;

/** The kernel command line of a VM. */
public final class KerneloptsProperty extends SettableProperty {
    KerneloptsProperty() {
        super("kernelopts", "'default' or the options of the kernel; the empty text is a value");
    }

    @Override
    public boolean belongsTo(VmClass vmClass) {
        return vmClass.hasKernel();
    }

    @Override
    public String value(VmView view) {
        return view.facts().kernelopts();
    }

    @Override
    public QubesVm set(VmView view, String untrusted, PropertyContext context) {
        if (untrusted.equalsIgnoreCase("default")) {
            return reset(view, context);
        }
        TextProperty.checkCharacters(id(), untrusted);
        return view.vm().with(Attributes.USES_DEFAULT_KERNELOPTS, false).with(Attributes.KERNELOPTS, untrusted);
    }

    @Override
    public QubesVm reset(VmView view, PropertyContext context) {
        QubesVm vm = view.vm();
        if (vm.has(Attributes.USES_DEFAULT_KERNELOPTS) && vm.is(Attributes.USES_DEFAULT_KERNELOPTS)) {
            return vm;
        }
        QubesVm follows = vm.with(Attributes.USES_DEFAULT_KERNELOPTS, true);
        VmView now = new VmView(view.vms(), follows, view.pools(), view.host());
        return follows.with(Attributes.KERNELOPTS, now.facts().kernelopts());
    }

    @Override
    public boolean isDefault(VmView view) {
        return view.vm().is(Attributes.USES_DEFAULT_KERNELOPTS);
    }
}
