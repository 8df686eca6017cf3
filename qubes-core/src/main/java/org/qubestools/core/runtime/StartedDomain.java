package org.qubestools.core.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSpec;

/** A domain that a start makes, with its QubesDB daemon, as far as both have to be ended again. */
final class StartedDomain {
    private final RunningSystem system;
    private final QubesVm vm;
    private boolean mayExist;
    private boolean hasDatabase;

    StartedDomain(RunningSystem system, QubesVm vm) {
        this.system = system;
        this.vm = vm;
    }

    /** Takes its PCI devices from the host, which gets them back from {@code undo}. */
    void takeDevices(UndoStack undo) {
        for (PciAddress device : vm.getOr(Attributes.PCIDEVS, List.of())) {
            if (isTaken(device)) {
                undo.push("PCI device " + device, () -> system.vmm().reattachToHost(device));
            }
        }
    }

    private boolean isTaken(PciAddress device) {
        try {
            return system.vmm().detachFromHost(device);
        } catch (QubesException e) {
            throw new QubesException(
                    e.kind(),
                    "VM '" + vm.name() + "' cannot have PCI device " + device + ": " + e.getMessage(),
                    e.hint().orElse("'qvm-pci -d " + vm.name() + " " + device + "' starts it without"),
                    e);
        }
    }

    /** Makes it, paused; its number. */
    int create() {
        try {
            int id = system.vmm().createPaused(DomainKey.of(vm));
            mayExist = true;
            return id;
        } catch (QubesException e) {
            mayExist = isUndecided(e);
            throw e;
        }
    }

    /** Nobody awaited the answer, so it may have been made all the same. */
    private static boolean isUndecided(QubesException e) {
        return e.kind() == ErrorKind.VMM_UNREACHABLE || e.kind() == ErrorKind.CANCELLED;
    }

    /** Restores it, paused, from a saved one; its number, or empty if the driver cannot do that. */
    OptionalInt restore(DomainSpec spec, Path saved) {
        try {
            mayExist = system.vmm().restorePaused(spec, saved);
        } catch (QubesException e) {
            mayExist = isUndecided(e);
            throw e;
        }
        if (!mayExist) {
            return OptionalInt.empty();
        }
        int id = system.live(vm).id();
        if (id < 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + vm.name() + "' ended at once after it was restored",
                    "look at its log; 'qvm-create-default-dvm --used-template' makes the image anew");
        }
        return OptionalInt.of(id);
    }

    /** Lets it run. */
    void resume() {
        try {
            system.vmm().resume(DomainKey.of(vm));
        } catch (QubesException e) {
            if (e.kind() != ErrorKind.WRONG_STATE) {
                throw e;
            }
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + vm.name() + "' ended while it was starting",
                    "somebody ended it, or the log of the VMM tells why",
                    e);
        }
    }

    void startDatabase(int id) {
        hasDatabase = true; // also one that did not come up may have left something
        try (Turns.Turn turn = system.turns().on(Turns.Shared.DATABASES)) {
            system.host().databases().start(vm, id);
        }
    }

    void stopDatabase() {
        system.live(vm).refresh();
        if (hasDatabase) {
            system.host().databases().stop(vm);
        }
    }

    void destroy() {
        if (mayExist) {
            system.vmm().destroy(DomainKey.of(vm));
        }
    }
}
