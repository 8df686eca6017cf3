package org.qubestools.core.edit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Rollback;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.Vmm;

/** The definitions of domains that belong to one edit of the store: all are changed before it is saved, or none. */
final class DomainChanges {
    /** What is wished for a VM's definition: to be made, or to be removed, as it was before. */
    private record Wish(VmView vm, boolean define, boolean ifPossible) {}

    private final List<Wish> wishes = new ArrayList<>(0);
    private final UndoStack undo = new UndoStack();

    /** A VM without a UUID was only registered and gets no definition. */
    void define(VmView vm) {
        if (spec(vm) != null) {
            wishes.add(new Wish(vm, true, false));
        }
    }

    /** The VM as it was before; {@code ifPossible}: a failure is only a warning. */
    void undefine(VmView before, boolean ifPossible) {
        wishes.add(new Wish(before, false, ifPossible));
    }

    int size() {
        return wishes.size();
    }

    void rollBack(int size) {
        wishes.subList(size, wishes.size()).clear();
    }

    private static @Nullable DomainSpec spec(VmView vm) {
        String uuid = vm.vm().get(Attributes.UUID);
        return uuid == null ? null : new DomainSpec(uuid, vm);
    }

    /**
     * Removes what is no longer wanted, then makes the new definitions, of VMs as they are after the edit; a failure takes
     * all of it back. What the edit itself defines and removes again never gets there.
     *
     * @param warnings gets what failed and was not needed
     */
    void apply(Vmm vmm, List<String> warnings, Draft after) {
        Map<String, VmView> definitions = new LinkedHashMap<>();
        List<Wish> obsolete = new ArrayList<>(0);
        for (Wish wish : wishes) {
            String uuid = wish.vm().vm().get(Attributes.UUID);
            boolean own = uuid != null && definitions.remove(uuid) != null;
            if (wish.define() && uuid != null) {
                definitions.put(uuid, wish.vm());
            } else if (!own) {
                obsolete.add(wish);
            }
        }
        try {
            for (Wish wish : obsolete) {
                remove(wish, vmm, warnings);
            }
            for (Map.Entry<String, VmView> definition : definitions.entrySet()) {
                DomainSpec spec = new DomainSpec(definition.getKey(), latest(definition.getValue(), after));
                vmm.define(spec);
                undo.push("the definition of '" + spec.key().name() + "'", () -> vmm.undefine(spec.key()));
            }
        } catch (QubesException e) {
            throw undone(e);
        }
    }

    private static VmView latest(VmView vm, Draft after) {
        QubesVm now = after.vms().findKey(vm.vm().key());
        return now == null ? vm : after.view(now);
    }

    private void remove(Wish wish, Vmm vmm, List<String> warnings) {
        DomainKey key = DomainKey.of(wish.vm().vm());
        DomainSpec again = spec(wish.vm());
        try {
            boolean defined = vmm.find(key).isPresent();
            vmm.undefine(key);
            if (defined && again != null) {
                undo.push("the removed definition of '" + key.name() + "'", () -> vmm.define(again));
            }
        } catch (QubesException e) {
            if (!wish.ifPossible()) {
                throw e;
            }
            warnings.add("the definition of '" + key.name() + "' could not be removed: " + e.getMessage());
        }
    }

    /** Takes back what {@link #apply} did, after an error, and adds to that what could not be taken back. */
    QubesException undone(QubesException error) {
        return Rollback.of(error, undo);
    }

    /** The same after an error of ours. */
    void undoneAfter(Throwable bug) {
        Rollback.ofBug(bug, undo);
    }
}
