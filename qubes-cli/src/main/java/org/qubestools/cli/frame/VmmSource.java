package org.qubestools.cli.frame;

import org.qubestools.core.QubesConfig;
import org.qubestools.core.vmm.Vmm;

/** Opens the connection to the running system; called at its first use, if at all. */
public interface VmmSource {
    /** Throws VMM_UNREACHABLE naming the URI if that fails. */
    Vmm open(QubesConfig config);
}
