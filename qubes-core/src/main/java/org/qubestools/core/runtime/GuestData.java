package org.qubestools.core.runtime;

import java.security.SecureRandom;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
    void checkSizes(QubesVm vm) {
        QubesDbEntries.of(system.view(vm), new EntryFacts(null, "", false));
        QubesVm netvm = system.netvm(vm);
        if (netvm != null && netvm.vmClass() == VmClass.PROXY) {
            block(GuestData::ignore).requireFits(system.view(vm));
        }
    }

    /** What is wrong with the rules is said when they are written. */
    private static void ignore(String warning) {
        // said later
    }

    private FirewallBlock block(Consumer<String> warnings) {
        return new FirewallBlock(system.place().paths(), system.place().clock(), warnings);
    }

    /**
     * Writes the entries of a VM that starts.
     *
     * @param forDisposables it is prepared to be the image of DisposableVMs
     */
    void write(QubesVm vm, int id, boolean forDisposables) {
        String zone = TimeZoneName.ofHost(system.place().paths()).orElse(null);
        EntryFacts facts = new EntryFacts(zone, EntryFacts.newSeed(new SecureRandom()), forDisposables);
        put(vm, QubesDbEntries.common(system.view(vm), facts));
        if (system.traits().xenstore()) {
            system.host().xenStore().allowMemoryReports(id);
        }
        system.host().hooks().at(HookPoint.CREATE_QUBESDB_ENTRIES, system.view(vm), List.of());
        put(vm, QubesDbEntries.ofClass(system.view(vm)));
        if (vm.vmClass() == VmClass.PROXY) {
            rewriteFirewall(vm);
        }
    }

    /** Writes what a running VM is told of its network, or removes it. */
    void writeNetwork(QubesVm vm) {
        put(vm, QubesDbEntries.network(system.view(vm)));
    }

    /** Has every running ProxyVM on the way of this VM's network write its rules anew. */
    void rewriteFirewalls(QubesVm vm) {
        QubesVm at = system.netvm(vm);
        while (at != null && at.qid() != 0) {
            if (at.vmClass() == VmClass.PROXY && system.isRunning(at)) {
                rewriteFirewall(at);
            }
            at = system.netvm(at);
        }
        watchExpiry(vm);
    }

    /** Sees to it that the ProxyVM of a running VM is told anew when rules of the VM expire. */
    void watchExpiry(QubesVm vm) {
        QubesVm netvm = system.netvm(vm);
        if (netvm != null && netvm.vmClass() == VmClass.PROXY) {
            new ExpiringRules(system, system.report()::note).watch(vm);
        }
    }

    /** Writes the rules of all VMs behind a running ProxyVM. */
    void rewriteFirewall(QubesVm proxy) {
        // Looked up and written in one turn, so that who writes last has seen all domains.
        try (Turns.Turn turn = system.turns().on(proxy)) {
            put(proxy, block(system.report()::warn).of(system.view(proxy), this::numberOf));
        }
    }

    private @Nullable Integer numberOf(QubesVm vm) {
        int id = system.live(vm).id();
        return id < 0 ? null : Integer.valueOf(id);
    }

    /** Tells a ProxyVM which domain its netvm is. */
    void writeNetvmId(QubesVm proxy) {
        put(proxy, List.of(FirewallBlock.netvmId(system.view(proxy), this::numberOf)));
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
