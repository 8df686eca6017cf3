package org.qubestools.core.edit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.Vmm;

/** The definitions of domains that belong to one edit of the store: all are changed before it is saved, or none. */
final class DomainChanges {
    /** A domain that goes, and how to define it again if the edit fails after all. */
    private record Obsolete(DomainKey key, @Nullable DomainSpec again, boolean ifPossible) {}

    private final List<DomainSpec> definitions = new ArrayList<>(0);
    private final List<Obsolete> obsolete = new ArrayList<>(0);
    private final List<DomainSpec> removed = new ArrayList<>(0);
    private final List<DomainKey> made = new ArrayList<>(0);

    /** A VM without a UUID was only registered and gets no definition. */
    void define(VmView vm) {
        DomainSpec spec = spec(vm);
        if (spec != null) {
            definitions.add(spec);
        }
    }

    /** The VM as it was before the edit. */
    void undefine(VmView vm) {
        obsolete.add(new Obsolete(DomainKey.of(vm.vm()), spec(vm), false));
    }

    /** The same; a failure is only a warning. */
    void undefineIfPossible(VmView vm) {
        obsolete.add(new Obsolete(DomainKey.of(vm.vm()), spec(vm), true));
    }

    private static @Nullable DomainSpec spec(VmView vm) {
        String uuid = vm.vm().get(Attributes.UUID);
        return uuid == null ? null : new DomainSpec(uuid, vm);
    }

    /**
     * Removes what is no longer wanted, then makes the new definitions; a failure takes all of it back.
     *
     * @param warnings gets what failed and was not needed
     */
    void apply(Vmm vmm, List<String> warnings) {
        try {
            for (Obsolete domain : obsolete) {
                remove(domain, vmm, warnings);
            }
            for (DomainSpec definition : definitions) {
                vmm.define(definition);
                made.add(definition.key());
            }
        } catch (QubesException e) {
            undo(vmm);
            throw e;
        }
    }

    private void remove(Obsolete domain, Vmm vmm, List<String> warnings) {
        try {
            boolean defined = vmm.find(domain.key()).isPresent();
            vmm.undefine(domain.key());
            if (defined && domain.again() != null) {
                removed.add(domain.again());
            }
        } catch (QubesException e) {
            if (!domain.ifPossible()) {
                throw e;
            }
            warnings.add("the definition of '" + domain.key().name() + "' could not be removed: " + e.getMessage());
        }
    }

    /** Takes back what {@link #apply} did; also when the save after it failed. */
    void undo(Vmm vmm) {
        for (DomainKey key : made) {
            vmm.undefine(key);
        }
        made.clear();
        for (DomainSpec spec : removed) {
            vmm.define(spec);
        }
        removed.clear();
    }
}
