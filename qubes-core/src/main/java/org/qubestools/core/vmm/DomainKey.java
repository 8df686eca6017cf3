package org.qubestools.core.vmm;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;

/**
 * What names a VM's domain: it is looked up by UUID if the store has one, else by name, and never defined by a look-up.
 *
 * @param name the VM's name
 * @param uuid lower case text form; null if the store has none
 */
public record DomainKey(String name, @Nullable String uuid) {
    public static DomainKey of(QubesVm vm) {
        return new DomainKey(vm.name(), vm.get(Attributes.UUID));
    }
}
