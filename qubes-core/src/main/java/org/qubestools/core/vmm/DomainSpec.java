package org.qubestools.core.vmm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.VmView;

/**
 * What a driver needs to define a domain.
 *
 * @param uuid identity that the domain must get, as the store has it
 * @param vm the VM with all that its definition is made from
 * @param ownDefinition text that defines the domain instead of one made by the driver; null for the ordinary case
 * @param booted a DisposableVM that is booted, not restored: then it has a private and a volatile disk of its own, see
 *     {@link org.qubestools.core.model.VmFiles#ownPrivateImage}; means nothing for other VMs, nor where the driver cannot
 *     restore anyway
 */
public record DomainSpec(String uuid, VmView vm, @Nullable String ownDefinition, boolean booted) {
    public DomainSpec(String uuid, VmView vm) {
        this(uuid, vm, null);
    }

    public DomainSpec(String uuid, VmView vm, @Nullable String ownDefinition) {
        this(uuid, vm, ownDefinition, false);
    }

    public String name() {
        return vm.vm().name();
    }

    public DomainKey key() {
        return new DomainKey(name(), uuid);
    }

    public Optional<String> customDefinition() {
        return Optional.ofNullable(ownDefinition);
    }
}
