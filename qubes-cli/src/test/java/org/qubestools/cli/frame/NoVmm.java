package org.qubestools.cli.frame;

import org.qubestools.core.QubesConfig;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.Vmm;
import org.qubestools.core.vmm.VmmReport;

/** A host on which libvirt cannot be reached. */
public final class NoVmm implements VmmSource {
    @Override
    public Vmm open(QubesConfig config, VmmReport report) {
        throw new QubesException(
                ErrorKind.VMM_UNREACHABLE,
                "cannot connect to " + config.uri() + ": nobody listens there",
                "use --offline-mode to work on the store alone");
    }
}
