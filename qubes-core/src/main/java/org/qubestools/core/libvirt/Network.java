package org.qubestools.core.libvirt;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmAddresses;
import org.qubestools.core.model.VmView;

/**
 * The one network interface of a VM with a netvm.
 *
 * @param netvm the name of the VM that gives network
 * @param gateway also the first DNS server
 * @param dns the second DNS server
 */
record Network(String netvm, String mac, String ip, String gateway, String dns, String netmask) {
    /**
     * Empty for a VM without netvm.
     *
     * @throws QubesException FAILED if no address follows from the store
     */
    static Optional<Network> of(VmView view) {
        QubesVm netvm = view.vms().netvm(view.vm()).vm();
        if (netvm == null) {
            return Optional.empty();
        }
        VmAddresses addresses = view.addresses();
        return Optional.of(new Network(
                netvm.name(),
                view.facts().mac(),
                known(addresses.ip(), view, netvm),
                known(addresses.usedGateway(), view, netvm),
                known(addresses.secondaryDns(), view, netvm),
                known(addresses.netmask(), view, netvm)));
    }

    /** The interface of a VM that must have one. */
    static Network required(VmView view) {
        return of(view).orElseThrow(
                        () -> new IllegalArgumentException("VM '" + view.vm().name() + "' has no netvm"));
    }

    private static String known(@Nullable String address, VmView view, QubesVm netvm) {
        if (address == null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + SafeText.of(view.vm().name()) + "' has no address in the network of '"
                            + SafeText.of(netvm.name()) + "': an id of one of them is damaged",
                    "repair the store, or set another netvm");
        }
        return address;
    }
}
