package org.qubestools.core.vmm;

import org.qubestools.core.model.HostInfo;

final class FakeVmmTest extends VmmContract {
    @Override
    Vmm open() {
        return new FakeVmm(new HostInfo(16000, 4));
    }
}
