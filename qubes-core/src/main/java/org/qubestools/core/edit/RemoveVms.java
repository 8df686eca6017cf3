package org.qubestools.core.edit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;

/**
 * Takes VMs out of the store and deletes their files; all are checked before the first is touched.
 *
 * @param entryOnly keep the files
 * @param force also VMs that others have as netvm; their netvm becomes none
 */
public record RemoveVms(List<String> untrustedNames, boolean entryOnly, boolean force) implements Change {
    public RemoveVms {
        untrustedNames = List.copyOf(untrustedNames);
    }

    @Override
    public void apply(Draft draft) {
        List<QubesVm> doomed = new ArrayList<>();
        Set<Integer> keys = new HashSet<>();
        for (String name : untrustedNames) {
            QubesVm vm = draft.requireChangeable(name);
            if (keys.add(vm.key())) {
                doomed.add(vm);
            }
        }
        for (QubesVm vm : doomed) {
            check(draft, vm, keys);
        }
        for (QubesVm vm : doomed) {
            remove(draft, vm, keys);
        }
    }

    private void check(Draft draft, QubesVm vm, Set<Integer> keys) {
        if (vm.vmClass() == VmClass.ADMIN) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "dom0 cannot be removed", "name other VMs");
        }
        List<QubesVm> based = others(draft.vms().basedOn(vm), keys);
        if (vm.vmClass().isTemplate() && !based.isEmpty()) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "template '" + vm.name() + "' is used by " + listed(based),
                    "remove these first, or give them another template");
        }
        draft.requireHalted(vm, "it cannot be removed");
        if (vm.is(Attributes.INSTALLED_BY_RPM) && !entryOnly) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' was installed by a package, which owns its files",
                    "remove the package, or only the entry with --just-db");
        }
        List<QubesVm> connected = others(draft.vms().connectedTo(vm), keys);
        if (!force && !connected.isEmpty()) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "VM '" + vm.name() + "' gives network to " + listed(connected),
                    "give these another netvm, or use --force to leave them without network");
        }
    }

    private static List<QubesVm> others(List<QubesVm> vms, Set<Integer> keys) {
        List<QubesVm> others = new ArrayList<>(vms.size());
        for (QubesVm vm : vms) {
            if (!keys.contains(vm.key())) {
                others.add(vm);
            }
        }
        return others;
    }

    private static String listed(List<QubesVm> vms) {
        StringBuilder list = new StringBuilder();
        for (QubesVm vm : vms) {
            list.append(list.isEmpty() ? "" : ", ")
                    .append(vm.name())
                    .append(" (qid=")
                    .append(vm.qid())
                    .append(')');
        }
        return list.toString();
    }

    private void remove(Draft draft, QubesVm vm, Set<Integer> keys) {
        VmView before = draft.view(vm);
        for (QubesVm client : others(draft.vms().connectedTo(vm), keys)) {
            QubesVm cut = client.with(Attributes.NETVM, "none");
            draft.replace(client.vmClass().hasDefaultNetvm() ? cut.with(Attributes.USES_DEFAULT_NETVM, false) : cut);
            draft.warn("VM '" + client.name() + "' has no network now");
        }
        forgetDispvmNetvm(draft, vm, keys);
        for (Globals.Key key : Globals.Key.all()) {
            QubesVm target = draft.vms().globals().vm(key);
            if (target != null && target.key() == vm.key()) {
                draft.setGlobal(key, null);
            }
        }
        boolean files = !entryOnly && vm.vmClass() != VmClass.DISPOSABLE && !vm.is(Attributes.INSTALLED_BY_RPM);
        if (files) {
            draft.step(EditHooks.Step.REMOVE_FROM_DISK, before.vm());
            VmFilePlan.remove(draft, vm);
        }
        VmFilePlan.linkAutostart(draft, vm.name(), false);
        draft.remove(vm);
        if (entryOnly) {
            draft.undefineIfPossible(before);
        } else {
            draft.undefine(before);
        }
    }

    /** The qid will be given to another VM one day, which must not become the netvm of these DisposableVMs unasked. */
    private static void forgetDispvmNetvm(Draft draft, QubesVm vm, Set<Integer> keys) {
        for (QubesVm other : others(draft.vms().inDocumentOrder(), keys)) {
            QubesVm netvm = draft.vms().dispvmNetvm(other).vm();
            boolean named = !other.is(Attributes.USES_DEFAULT_DISPVM_NETVM) && netvm != null && netvm.key() == vm.key();
            if (named) {
                draft.replace(other.with(Attributes.DISPVM_NETVM, "none"));
                draft.warn("DisposableVMs that '" + other.name() + "' starts have no network now");
            }
        }
    }
}
