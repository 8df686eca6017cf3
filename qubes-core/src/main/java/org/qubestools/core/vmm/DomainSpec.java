package org.qubestools.core.vmm;

import org.qubestools.core.model.VmView;

/**
 * What a driver needs to define a domain.
 *
 * @param uuid identity that the domain must get; lower case text form
 * @param vm the VM with all that its definition is made from
 */
public record DomainSpec(String uuid, VmView vm) {
    public String name() {
        return vm.vm().name();
    }
}
