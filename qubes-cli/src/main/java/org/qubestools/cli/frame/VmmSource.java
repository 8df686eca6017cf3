package org.qubestools.cli.frame;

import java.util.function.Consumer;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.vmm.Vmm;

/** Opens the connection to the running system; called at its first use, if at all. */
public interface VmmSource {
    /**
     * Throws VMM_UNREACHABLE naming the URI if that fails.
     *
     * @param warnings hears what an administrator should know
     */
    Vmm open(QubesConfig config, Consumer<String> warnings);
}
