package org.qubestools.core.runtime;

import org.qubestools.core.model.VmView;

/** How much room a VM needs from the memory manager of a Xen host. */
public final class MemoryAmount {
    private static final long MIB = 1024L * 1024;
    /** For the hypervisor's own figures of a domain. */
    private static final long PER_DOMAIN = 4 * MIB;
    /** For each of its processors. */
    private static final long PER_VCPU = 3 * MIB / 2;
    /** The domain that emulates the devices of an HVM. */
    private static final long STUB_DOMAIN = 44 * MIB;

    private MemoryAmount() {}

    /** Bytes for a VM as it is stored. */
    public static long bytes(VmView vm) {
        long memory = vm.facts().memory() * MIB;
        return bytes(
                vm.vm().vmClass().isHvm() ? memory + STUB_DOMAIN : memory,
                vm.facts().vcpus());
    }

    /** Bytes for a domain, of which {@code memoryBytes} are its own and its stub domain's memory. */
    public static long bytes(long memoryBytes, long vcpus) {
        return memoryBytes + PER_DOMAIN + vcpus * PER_VCPU;
    }
}
