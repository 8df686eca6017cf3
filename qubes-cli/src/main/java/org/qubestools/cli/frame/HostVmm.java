package org.qubestools.cli.frame;

import org.qubestools.core.QubesConfig;
import org.qubestools.core.VmmOpener;
import org.qubestools.core.vmm.Vmm;
import org.qubestools.core.vmm.VmmReport;

/** The running system of this host, through libvirt. */
public final class HostVmm implements VmmSource {
    @Override
    public Vmm open(QubesConfig config, VmmReport report) {
        return VmmOpener.open(config, report);
    }

    @Override
    public void prepare() {
        VmmOpener.prepare();
    }
}
