package org.qubestools.cli.frame;

import java.util.function.Consumer;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.Vmm;

/** A host on which libvirt cannot be reached. */
public final class NoVmm implements VmmSource {
    @Override
    public Vmm open(QubesConfig config, Consumer<String> warnings) {
        throw new QubesException(
                ErrorKind.VMM_UNREACHABLE,
                "cannot connect to " + config.uri() + ": nobody listens there",
                "use --offline-mode to work on the store alone");
    }
}
