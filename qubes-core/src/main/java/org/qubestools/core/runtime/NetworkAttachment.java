package org.qubestools.core.runtime;

import java.util.List;
import java.util.Objects;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainSpec;

/** The network interfaces of running VMs. */
public final class NetworkAttachment {
    private final RunningSystem system;
    private final GuestData guests;

    public NetworkAttachment(RunningSystem system) {
        this.system = system;
        this.guests = new GuestData(system);
    }

    /** Attaches the interface of a running VM; its netvm is started if it does not run. */
    public void attach(QubesVm vm) {
        requireRunning(vm);
        QubesVm netvm = system.netvm(system.now(vm));
        if (netvm == null) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' has no netvm to be attached to",
                    "set one with qvm-prefs " + vm.name() + " netvm NAME");
        }
        if (!system.isRunning(netvm)) {
            new VmStarter(system).start(netvm, StartOptions.ORDINARY);
        }
        system.vmm().attachNetwork(spec(system.view(system.now(vm))));
    }

    /** Detaches the interface of a running VM. */
    public void detach(QubesVm vm) {
        requireRunning(vm);
        detach(system.view(system.now(vm)));
    }

    /** The same for a VM as it was, with the netvm that it had. */
    void detach(VmView view) {
        system.vmm().detachNetwork(spec(view));
    }

    /**
     * Has the running domain of a VM follow its netvm, which the store has already.
     *
     * @param before the VM with the netvm that it had
     * @throws QubesException as the step that failed, saying which network the VM has now
     */
    public void changed(VmView before) {
        QubesVm vm = system.now(before.vm());
        if (!system.isRunning(vm)) {
            return;
        }
        QubesVm old = before.vms().netvm(before.vm()).vm();
        String network = old == null ? "has no network" : "may still have that of '" + old.name() + "'";
        try {
            if (old != null) {
                detach(before);
                network = "has no network";
                rewriteRules(old);
            }
            guests.writeNetwork(vm);
            QubesVm netvm = system.netvm(vm);
            if (netvm != null) {
                attach(vm);
                rewriteRules(netvm);
                guests.watchExpiry(vm);
            }
            if (vm.vmClass() == VmClass.PROXY) {
                guests.rewriteFirewall(vm); // which netvm it has, and what DNS servers its clients may ask
            }
            system.host().hooks().at(HookPoint.NETVM_SETTER, system.view(vm), List.of());
        } catch (QubesException e) {
            throw new QubesException(
                    e.kind(),
                    "the netvm of VM '" + vm.name() + "' is stored, but the running VM " + network + " now: "
                            + e.getMessage(),
                    e.hint().orElse("what is stored counts at its next start"),
                    e);
        }
    }

    /** Has the ProxyVM of a running VM, if it runs too, take over the VM's firewall rules as they are now. */
    public void rulesChanged(QubesVm vm) {
        QubesVm now = system.now(vm);
        QubesVm netvm = system.netvm(now);
        if (netvm != null && netvm.vmClass() == VmClass.PROXY && system.isRunning(now)) {
            rewriteRules(netvm);
        }
    }

    private void rewriteRules(QubesVm netvm) {
        QubesVm now = system.now(netvm);
        if (now.vmClass() == VmClass.PROXY && system.isRunning(now)) {
            guests.rewriteFirewall(now);
        }
    }

    private void requireRunning(QubesVm vm) {
        if (!system.isRunning(vm)) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' does not run",
                    "its network is attached at its start");
        }
    }

    private static DomainSpec spec(VmView view) {
        return new DomainSpec(Objects.requireNonNullElse(view.vm().get(Attributes.UUID), ""), view);
    }

    /**
     * Connects the running VMs of a NetVM that was started anew: their interfaces lead to its former domain, which is gone.
     * Where network does not come from domains there is nothing to do.
     */
    void reattachClients(QubesVm netvm) {
        if (!system.traits().backendDomains() || !system.traits().hotplug()) {
            return;
        }
        for (QubesVm client : system.vms().connectedTo(netvm)) {
            if (client.qid() != 0 && system.isRunning(client)) {
                orWarn(client, "detach", () -> detach(client));
                orWarn(client, "attach", () -> attach(client));
            }
        }
    }

    /** Takes the interfaces of the running VMs of a NetVM away that is about to stop. */
    void detachClients(QubesVm netvm) {
        for (QubesVm client : system.vms().connectedTo(netvm)) {
            if (client.qid() != 0 && system.traits().backendDomains() && system.isRunning(client)) {
                orWarn(client, "detach", () -> detach(client));
            }
        }
    }

    private void orWarn(QubesVm vm, String what, Runnable step) {
        try {
            step.run();
        } catch (QubesException e) {
            system.report().warn("cannot " + what + " the network of VM '" + vm.name() + "': " + e.getMessage());
        }
    }
}
