package org.qubestools.core.vmm;

import java.time.Duration;
import org.qubestools.core.libvirt.CompleteHost;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;

/** Real drivers without what earlier tests left there. */
final class DaemonVmm {
    private DaemonVmm() {}

    static Vmm open(String uri) {
        LibvirtVmm vmm = LibvirtVmm.open(
                new LibvirtOptions(uri, Duration.ofSeconds(30), DriverSettings.NONE, new CompleteHost()),
                warning -> {});
        VmmContract.clear(vmm);
        return vmm;
    }
}
