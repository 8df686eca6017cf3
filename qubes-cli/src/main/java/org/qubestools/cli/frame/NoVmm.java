package org.qubestools.cli.frame;

import org.qubestools.core.QubesConfig;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.Vmm;

/** For builds without a driver for libvirt: every use of the running system is an error that says so. */
public final class NoVmm implements VmmSource {
    @Override
    public Vmm open(QubesConfig config) {
        throw new QubesException(
                ErrorKind.VMM_UNREACHABLE,
                "cannot connect to " + config.uri() + ": this build has no driver for libvirt yet",
                "use --offline-mode to work on the store alone");
    }
}
