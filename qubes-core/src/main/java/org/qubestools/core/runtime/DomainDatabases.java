package org.qubestools.core.runtime;

import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;

/** The port to the QubesDB daemons of this host: one for each running VM. */
public interface DomainDatabases extends VmDatabases {
    /**
     * Starts the daemon of a VM whose domain was just made; one that is left over from an earlier run ends first.
     *
     * @param domainId number of the running domain
     * @throws QubesException FAILED if it does not come up
     */
    void start(QubesVm vm, int domainId);

    /** Ends the daemon of a VM; one that is not there is fine. */
    void stop(QubesVm vm);

    /** Whether a daemon stays when its domain ends, so that whoever sees the end has to {@link #stop} it. */
    boolean outliveDomains();
}
