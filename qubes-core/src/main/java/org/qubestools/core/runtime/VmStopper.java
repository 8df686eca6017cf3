package org.qubestools.core.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;

/** Stops, pauses and wakes VMs. */
public final class VmStopper {
    /** How long a domain may go on after it was ended. */
    static final Duration AFTER_KILL = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(100);

    private final RunningSystem system;
    private final NetworkAttachment network;

    public VmStopper(RunningSystem system) {
        this.system = system;
        this.network = new NetworkAttachment(system);
    }

    /**
     * Asks a running VM to shut down, and does not wait for it.
     *
     * @param force also if running VMs get their network from it; they lose it
     */
    public void shutdown(QubesVm vm, boolean force) {
        RunningSystem.refuseDom0(vm, "shut down");
        PowerState state = requireActive(vm);
        List<QubesVm> clients = runningClients(vm);
        if (!clients.isEmpty() && !force) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "VM '" + vm.name() + "' gives network to running VMs: " + names(clients),
                    "shut them down first, or give --force");
        }
        if (!clients.isEmpty()) {
            network.detachClients(vm);
        }
        if (state == PowerState.SUSPENDED) {
            system.vmm().wakeUp(key(vm));
        }
        if (!system.vmm().shutdown(key(vm))) {
            throw stopped(vm);
        }
    }

    /** Asks once more a VM that was asked to shut down; one that has ended meanwhile, or is just ending, is fine. */
    void remind(QubesVm vm) {
        try {
            boolean active = system.vmm().shutdown(key(vm));
            system.report().note((active ? "asking again: VM '" : "down: VM '") + vm.name() + "'");
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.VMM_UNREACHABLE) {
                throw e;
            }
            system.report().note("VM '" + vm.name() + "' could not be asked again: " + e.getMessage());
        }
    }

    /** The running VMs that get their network from this one. */
    public List<QubesVm> runningClients(QubesVm vm) {
        List<QubesVm> running = new ArrayList<>();
        for (QubesVm client : system.vms().connectedTo(vm)) {
            if (client.qid() != 0 && system.isRunning(client)) {
                running.add(client);
            }
        }
        return running;
    }

    static String names(List<QubesVm> vms) {
        List<String> names = new ArrayList<>();
        for (QubesVm vm : vms) {
            names.add("'" + vm.name() + "'");
        }
        return String.join(", ", names);
    }

    /**
     * Ends a VM, running or paused, and waits until its domain is gone: what looks at it next finds it halted.
     *
     * @throws QubesException WRONG_STATE if it is halted, FAILED if it goes on after {@link #AFTER_KILL}
     */
    public void kill(QubesVm vm) {
        destroy(vm);
        long begin = system.time().millis();
        while (system.isRunning(vm)) {
            if (system.time().millis() - begin >= AFTER_KILL.toMillis()) {
                throw outlived(vm);
            }
            Waiting.pause(system.time(), LOOK, "a VM was being killed");
        }
        ended(vm);
    }

    /** The error for a VM that goes on after it was killed. */
    public static QubesException outlived(QubesVm vm) {
        return new QubesException(
                ErrorKind.FAILED, "VM '" + vm.name() + "' runs even after it was killed", "look at the log of the VMM");
    }

    /** Ends a VM, and does not wait for its end; the caller does, and tells {@link #ended} then. */
    void destroy(QubesVm vm) {
        RunningSystem.refuseDom0(vm, "killed");
        requireActive(vm);
        if (!system.vmm().destroy(key(vm))) {
            throw stopped(vm);
        }
    }

    /** After its end was seen: nothing of what it had is used any more. */
    void ended(QubesVm vm) {
        system.live(vm).refresh();
        if (system.host().databases().outliveDomains()) {
            system.host().databases().stop(vm);
        }
    }

    /** Stops the processors of a running VM. */
    public void pause(QubesVm vm) {
        RunningSystem.refuseDom0(vm, "paused");
        if (requireActive(vm) == PowerState.PAUSED) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' is paused already",
                    "'qvm-unpause " + vm.name() + "' lets it go on");
        }
        system.vmm().pause(key(vm));
    }

    /** Lets a paused VM go on. */
    public void unpause(QubesVm vm) {
        RunningSystem.refuseDom0(vm, "unpaused");
        PowerState state = requireActive(vm);
        if (state != PowerState.PAUSED) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE, "VM '" + vm.name() + "' is not paused, its state is " + state.word());
        }
        system.vmm().resume(key(vm));
    }

    /** Suspends a VM to memory if it has PCI devices and the driver can, else pauses it. */
    public void suspend(QubesVm vm) {
        RunningSystem.refuseDom0(vm, "suspended");
        PowerState state = requireActive(vm);
        if (state == PowerState.SUSPENDED || state == PowerState.PAUSED) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' cannot be suspended, its state is " + state.word(),
                    "'qvm-unpause " + vm.name() + "' lets it go on");
        }
        boolean devices = !vm.getOr(Attributes.PCIDEVS, List.of()).isEmpty();
        boolean suspended = devices && !vm.vmClass().isHvm() && system.vmm().suspendToMemory(key(vm));
        if (!suspended) {
            system.vmm().pause(key(vm));
        }
    }

    /** Wakes a suspended VM, lets a paused one go on. */
    public void resume(QubesVm vm) {
        RunningSystem.refuseDom0(vm, "resumed");
        if (requireActive(vm) == PowerState.SUSPENDED) {
            system.vmm().wakeUp(key(vm));
        } else {
            unpause(vm);
        }
    }

    private PowerState requireActive(QubesVm vm) {
        PowerState state = system.state(vm);
        if (state == PowerState.HALTED) {
            throw stopped(vm);
        }
        return state;
    }

    private static QubesException stopped(QubesVm vm) {
        return new QubesException(
                ErrorKind.WRONG_STATE,
                "VM '" + vm.name() + "' is already stopped",
                "'qvm-start " + vm.name() + "' starts it");
    }

    private DomainKey key(QubesVm vm) {
        return DomainKey.of(system.now(vm));
    }
}
