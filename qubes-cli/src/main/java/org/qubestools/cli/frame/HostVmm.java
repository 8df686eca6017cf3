package org.qubestools.cli.frame;

import java.util.function.Consumer;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.VmmOpener;
import org.qubestools.core.vmm.Vmm;

/** The running system of this host, through libvirt. */
public final class HostVmm implements VmmSource {
    @Override
    public Vmm open(QubesConfig config, Consumer<String> warnings) {
        return VmmOpener.open(config, warnings);
    }
}
