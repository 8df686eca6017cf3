package org.qubestools.core.runtime;

import org.qubestools.core.model.VmView;

/** How much memory Xen's memory manager is asked for. */
final class MemoryRequest {
    private static final long MIB = 1024L * 1024;
    private static final long PER_VM_MIB = 4;
    private static final long STUB_MIB = 44;

    private MemoryRequest() {}

    /** Bytes for one VM: its memory, that of an HVM's stub domain, and what the hypervisor needs for both. */
    static long bytes(VmView vm) {
        long mib = vm.facts().memory() + PER_VM_MIB + (vm.vm().vmClass().isHvm() ? STUB_MIB : 0);
        return mib * MIB + vm.facts().vcpus() * MIB * 3 / 2;
    }
}
