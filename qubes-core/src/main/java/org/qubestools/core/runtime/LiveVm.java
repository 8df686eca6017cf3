package org.qubestools.core.runtime;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbDisconnectedException;
import org.qubestools.qubesdb.QubesDbException;

/**
 * The running side of one VM: the number of its domain, and its QubesDB, to which it connects at first use. Nothing of
 * either is kept over a {@link #refresh}, so one object serves a VM that is restarted behind its back.
 */
public final class LiveVm implements AutoCloseable {
    private final QubesVm vm;
    private final LazyVmm vmm;
    private final DomainDatabases databases;
    private @Nullable QubesDb database;

    /** Something to do with a VM's QubesDB. */
    public interface Work<T> {
        /** Does it; keeps nothing of {@code database}. */
        T on(QubesDb database) throws QubesDbException, InterruptedException;
    }

    public LiveVm(QubesVm vm, LazyVmm vmm, DomainDatabases databases) {
        this.vm = vm;
        this.vmm = vmm;
        this.databases = databases;
    }

    /** Number of its domain, looked up now; 0 for dom0, -1 if it does not run. */
    public int id() {
        if (vm.qid() == 0) {
            return 0;
        }
        DomainSnapshot domain = vmm.find(DomainKey.of(vm)).orElse(null);
        return domain != null && domain.active() ? domain.id() : -1;
    }

    /**
     * Does something with its QubesDB. After a {@link QubesDbDisconnectedException} the connection is dropped: the caller
     * tries once more, or takes the VM as gone.
     *
     * @throws QubesDbDisconnectedException if the VM does not run, or its daemon is not there
     * @throws QubesException OFFLINE in offline mode, CANCELLED on interruption
     */
    public <T> T database(Work<T> work) throws QubesDbException {
        try {
            return work.on(connected());
        } catch (QubesDbDisconnectedException e) {
            refresh();
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(
                    ErrorKind.CANCELLED, "interrupted while the QubesDB of VM '" + vm.name() + "' was asked", null, e);
        }
    }

    private QubesDb connected() throws QubesDbDisconnectedException {
        QubesDb open = database;
        if (open == null) {
            vmm.requireOnline(); // also for dom0, which always runs
            if (id() < 0) {
                throw new QubesDbDisconnectedException("VM '" + vm.name() + "' does not run");
            }
            open = databases.connect(vm);
            database = open;
        }
        return open;
    }

    /** Drops what belongs to the domain that ran: after a kill, a disconnect, a shutdown, and before each start. */
    public void refresh() {
        QubesDb open = database;
        database = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        refresh();
    }
}
