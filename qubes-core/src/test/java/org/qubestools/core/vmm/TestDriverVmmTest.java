package org.qubestools.core.vmm;

/** Libvirt's test driver, in this process. */
final class TestDriverVmmTest extends VmmContract {
    @Override
    Vmm open() {
        return DaemonVmm.open("test:///default");
    }
}
