package org.qubestools.core.property;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmReference;
import org.qubestools.core.model.VmView;

/** {@code netvm} and {@code dispvm_netvm}: a VM that gives network, none, or the default. */
public final class NetvmProperty extends SettableProperty {
    private final boolean ofDisposables;

    NetvmProperty(boolean ofDisposables, String help) {
        super(ofDisposables ? "dispvm_netvm" : "netvm", help);
        this.ofDisposables = ofDisposables;
    }

    private Attribute<String> reference() {
        return ofDisposables ? Attributes.DISPVM_NETVM : Attributes.NETVM;
    }

    private Attribute<Boolean> flag() {
        return ofDisposables ? Attributes.USES_DEFAULT_DISPVM_NETVM : Attributes.USES_DEFAULT_NETVM;
    }

    @Override
    public boolean belongsTo(VmClass vmClass) {
        return ofDisposables ? vmClass != VmClass.ADMIN : vmClass.hasNetvm();
    }

    /** The link itself, for listings that mark broken ones. */
    public VmReference link(VmView view) {
        return ofDisposables ? view.vms().dispvmNetvm(view.vm()) : view.vms().netvm(view.vm());
    }

    @Override
    public @Nullable String value(VmView view) {
        VmReference link = link(view);
        return link.isNone() ? null : link.shown("");
    }

    @Override
    public QubesVm set(VmView view, String untrusted, PropertyContext context) {
        if (untrusted.equalsIgnoreCase("default")) {
            return byDefault(view);
        }
        if (untrusted.isEmpty() || untrusted.equalsIgnoreCase("none")) {
            return explicit(view, null);
        }
        QubesVm target = view.vms().require(untrusted);
        if (!target.vmClass().givesNetwork()) {
            throw Refusals.invalid(id(), untrusted, "gives no network", "name a NetVM or a ProxyVM");
        }
        if (!ofDisposables) {
            checkLoop(view, target, untrusted);
        }
        return explicit(view, target);
    }

    private void checkLoop(VmView view, QubesVm target, String untrusted) {
        if (view.vms().chainMeets(target, view.vm())) {
            throw Refusals.invalid(
                    id(),
                    untrusted,
                    "gets its own network from '" + view.vm().name() + "': that would be a loop",
                    "name one that does not depend on it");
        }
    }

    private QubesVm byDefault(VmView view) {
        QubesVm vm = view.vm();
        if (vm.vmClass() == VmClass.PROXY && !ofDisposables) {
            QubesVm netvm = view.vms().globals().defaultFwNetvm();
            if (netvm != null) {
                checkLoop(view, netvm, "default");
            }
            return explicit(view, netvm);
        }
        if (vm.is(flag()) && vm.has(flag())) {
            return vm;
        }
        QubesVm follows = vm.with(flag(), true);
        VmReference now = ofDisposables
                ? view.vms().netvm(follows)
                : new VmReference(view.vms().globals().defaultNetvm(), null);
        return withCopies(view.vms(), follows.with(reference(), text(now.vm())));
    }

    private QubesVm explicit(VmView view, @Nullable QubesVm target) {
        QubesVm vm = view.vm();
        QubesVm changed = flag().belongsTo(vm.vmClass()) ? vm.with(flag(), false) : vm;
        return withCopies(view.vms(), changed.with(reference(), text(target)));
    }

    /** Keeps the copy that the originals write of the dispvm_netvm while it follows the netvm. */
    private QubesVm withCopies(VmCollection vms, QubesVm changed) {
        boolean follows = !ofDisposables
                && changed.has(Attributes.DISPVM_NETVM)
                && changed.is(Attributes.USES_DEFAULT_DISPVM_NETVM);
        return follows
                ? changed.with(Attributes.DISPVM_NETVM, text(vms.netvm(changed).vm()))
                : changed;
    }

    private static String text(@Nullable QubesVm target) {
        return target == null ? "none" : String.valueOf(target.qid());
    }

    @Override
    public QubesVm reset(VmView view, PropertyContext context) {
        return byDefault(view);
    }

    @Override
    public boolean isDefault(VmView view) {
        return flag().belongsTo(view.vm().vmClass()) && view.vm().is(flag());
    }

    @Override
    public LiveEffect effect() {
        return ofDisposables ? LiveEffect.NONE : LiveEffect.NETWORK;
    }
}
