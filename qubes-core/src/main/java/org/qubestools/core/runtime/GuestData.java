package org.qubestools.core.runtime;

import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbPath;

/** What VMs are told through their QubesDB: their entries, and the firewall rules in that of their ProxyVMs. */
final class GuestData {
    private final RunningSystem system;

    GuestData(RunningSystem system) {
        this.system = system;
    }

    /** Refuses, before anything is done, what no QubesDB takes. */
    void checkSizes(QubesVm vm) {}

    /** Writes the entries of a VM that starts. */
    void write(QubesVm vm, int id) {}

    /** Has every running ProxyVM on the way of this VM's network write its rules anew. */
    void rewriteFirewalls(QubesVm vm) {
        QubesVm at = system.netvm(vm);
        while (at != null && at.qid() != 0) {
            if (at.vmClass() == VmClass.PROXY && system.isRunning(at)) {
                rewriteFirewall(at);
            }
            at = system.netvm(at);
        }
    }

    /** Writes the rules of all VMs behind a running ProxyVM. */
    void rewriteFirewall(QubesVm proxy) {}

    /** Tells a ProxyVM which domain its netvm is. */
    void writeNetvmId(QubesVm proxy) {
        QubesVm netvm = system.netvm(proxy);
        String id = netvm == null ? "" : String.valueOf(system.live(netvm).id());
        put(proxy, List.of(new DbEntry("/qubes-netvm-domid", id)));
    }

    private void put(QubesVm vm, List<DbEntry> entries) {
        try {
            system.live(vm).database(database -> {
                for (DbEntry entry : entries) {
                    put(database, entry);
                }
                return database;
            });
        } catch (QubesDbException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot write the QubesDB of VM '" + vm.name() + "': " + e.getMessage(), null, e);
        }
    }

    private static void put(QubesDb database, DbEntry entry) throws QubesDbException, InterruptedException {
        QubesDbPath path = new QubesDbPath(entry.key());
        String value = entry.value();
        if (value != null) {
            database.write(path, value);
        } else if (path.isDirectory()) {
            database.removeDirectory(path);
        } else {
            database.remove(path);
        }
    }
}
