package org.qubestools.core.runtime;

import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;

/** A domain that was just made, with its QubesDB daemon, as far as both have to be ended again. */
final class StartedDomain {
    private final RunningSystem system;
    private final QubesVm vm;
    private boolean hasDatabase;

    StartedDomain(RunningSystem system, QubesVm vm) {
        this.system = system;
        this.vm = vm;
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
        system.vmm().destroy(DomainKey.of(vm));
    }
}
