package org.qubestools.core.runtime;

import java.nio.file.Path;
import java.util.List;
import org.qubestools.core.model.VmName;

/** Where the command ports of VMs are on this host. */
@FunctionalInterface
public interface CommandPorts {
    /** The sockets that the VMM listens on for a VM, one for each command at a time; there may be nobody behind them. */
    List<Path> of(VmName vm);
}
