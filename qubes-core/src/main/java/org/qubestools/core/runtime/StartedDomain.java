package org.qubestools.core.runtime;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;

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

    /** Makes it, paused; its number. */
    int create() {
        try {
            int id = system.vmm().createPaused(DomainKey.of(vm));
            mayExist = true;
            return id;
        } catch (QubesException e) {
            mayExist = e.kind() == ErrorKind.VMM_UNREACHABLE; // it may have been made all the same
            throw e;
        }
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
        system.host().databases().start(vm, id);
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
