package org.qubestools.core.runtime;

import org.qubestools.core.model.QubesVm;

/** Saves the identity that a VM got at its first start, in the store. */
public interface UuidKeeper {
    /** Throws what an edit of the store throws; then the VM is not started. */
    void keep(QubesVm vm, String uuid);
}
