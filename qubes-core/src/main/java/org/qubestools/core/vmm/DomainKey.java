package org.qubestools.core.vmm;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;

/**
 * What names a VM's domain: it is looked up by UUID if the store has one, else by name, and never defined by a look-up.
 *
 * @param name the VM's name
 * @param uuid lower case text form, whatever the store has; null if it has none
 */
public record DomainKey(String name, @Nullable String uuid) {
    public DomainKey {
        uuid = uuid == null ? null : uuid.toLowerCase(Locale.ROOT);
    }

    public static DomainKey of(QubesVm vm) {
        return new DomainKey(vm.name(), vm.get(Attributes.UUID));
    }
}
