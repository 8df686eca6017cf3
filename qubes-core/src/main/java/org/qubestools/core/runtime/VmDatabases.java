package org.qubestools.core.runtime;

import org.qubestools.core.model.QubesVm;
import org.qubestools.qubesdb.QubesDb;

/** The port to the databases of running VMs and of dom0. */
public interface VmDatabases {
    /** A new connection to the daemon of a VM or of dom0, made at its first use; the caller closes it. */
    QubesDb connect(QubesVm vm);
}
