package org.qubestools.cli.frame;

import org.qubestools.core.QubesConfig;
import org.qubestools.core.vmm.Vmm;
import org.qubestools.core.vmm.VmmReport;

/** Opens the connection to the running system; called at its first use, if at all. */
public interface VmmSource {
    /**
     * Throws VMM_UNREACHABLE naming the URI if that fails.
     *
     * @param report hears what an administrator should know
     */
    Vmm open(QubesConfig config, VmmReport report);

    /** Begins, beside the caller, what takes time before an opening; connects to nothing. */
    default void prepare() {}
}
