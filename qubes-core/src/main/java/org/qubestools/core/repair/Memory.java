package org.qubestools.core.repair;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/**
 * What is known of the VMs from before the damage.
 *
 * @param source of it, for people; empty if nothing is known
 * @param vms as they were; null if nothing is known
 */
public record Memory(String source, @Nullable VmCollection vms) {
    /** Nothing is known. */
    public static final Memory NONE = new Memory("", null);

    /** The VM of this name and class, as it was; null if there was none, or more than one. */
    @Nullable
    QubesVm sameName(QubesVm vm) {
        QubesVm old = vms == null ? null : vms.byName(vm.name());
        return old != null && old.vmClass() == vm.vmClass() ? old : null;
    }

    /** The VM of this qid and class, as it was. */
    @Nullable
    QubesVm sameQid(QubesVm vm) {
        QubesVm old = vms == null || vm.qid() == QubesVm.NO_QID ? null : vms.byQid(vm.qid());
        return old != null && old.vmClass() == vm.vmClass() ? old : null;
    }

    /** The VM of this name, qid and class, as it was. */
    @Nullable
    QubesVm same(QubesVm vm) {
        QubesVm old = sameQid(vm);
        return old != null && old.name().equals(vm.name()) ? old : null;
    }
}
