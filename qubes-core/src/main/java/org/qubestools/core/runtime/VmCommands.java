package org.qubestools.core.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.VmName;
import org.qubestools.core.vmm.GuestPort;
import org.qubestools.core.vmm.VmmTraits;

/** The way to run commands and services in the VMs of a host: qrexec where there is one, else their command ports. */
public final class VmCommands {
    private VmCommands() {}

    /**
     * The way.
     *
     * @param ofHost the way to this host's qrexec
     */
    public static QrexecClient of(VmmTraits traits, QrexecClient ofHost, RealPaths paths, WaitTime time) {
        return traits.qubesDaemons()
                ? ofHost
                : new VirtioQrexec(vm -> ports(paths, vm), time, VirtioQrexec.ORDINARY_PATIENCE);
    }

    /** The sockets that a VM's domain would have for commands. */
    static List<Path> ports(RealPaths paths, VmName vm) {
        List<Path> sockets = new ArrayList<>();
        for (GuestPort port : GuestPort.commands()) {
            sockets.add(paths.real(port.socket(vm.value())));
        }
        return sockets;
    }
}
