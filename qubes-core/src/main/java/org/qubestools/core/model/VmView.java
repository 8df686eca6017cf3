package org.qubestools.core.model;

/**
 * One VM together with all that its derived values depend on.
 *
 * @param host asked only when a value depends on it; empty when the host is not known
 */
public record VmView(VmCollection vms, QubesVm vm, Pools pools, HostSource host) {
    public VmFacts facts() {
        return new VmFacts(vms, vm, host);
    }

    public VmFiles files() {
        return new VmFiles(vms, vm, pools);
    }

    public VmAddresses addresses() {
        return new VmAddresses(vms, vm);
    }
}
