package org.qubestools.core;

import java.time.Clock;
import java.util.List;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.edit.HostTree;
import org.qubestools.core.history.Author;
import org.qubestools.core.history.HistoryLimits;
import org.qubestools.core.history.StoreHistory;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.storage.StorageConf;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.LazyVmm;

/** What edits of one run stand in: where the store is, what is changed with it, and who is told. */
record EditPlace(
        QubesConfig config,
        LazyVmm vmm,
        FileLayer layer,
        Clock clock,
        LockWait lockWait,
        EditHooks hooks,
        Author author) {
    /** Where the history is. */
    static final String HISTORY = "/var/lib/qubes/backup";

    /** The history of one edit. */
    StoreHistory history(HistoryLimits limits, Ownership ownership, List<String> warnings) {
        StoreHistory.Place where =
                new StoreHistory.Place(config.real(HISTORY), config.store(), layer, ownership, pools(), clock);
        return new StoreHistory(where, limits, author, warnings);
    }

    StorageConf pools() {
        return new StorageConf(config.real(StorageConf.FILE));
    }

    /** The store as a snapshot of these bytes, which it takes over. */
    StoreSnapshot parse(byte[] bytes) {
        return StoreSnapshot.parse(QubesConfig.STORE, bytes, pools());
    }

    /** What the store becomes by these changes, of which nothing is done yet. */
    Draft draft(StoreSnapshot before, Iterable<? extends Change> changes) {
        HostTree tree = new HostTree(config);
        Draft draft = mends(changes)
                ? Draft.mending(before.vms(), before.problems(), before.pools(), tree, vmm, clock)
                : new Draft(before.vms(), before.problems(), before.pools(), tree, vmm, clock);
        draft.of(before.bytes());
        for (Change change : changes) {
            change.apply(draft);
        }
        return draft;
    }

    /** A draft in which nothing is changed yet. */
    Draft draft(StoreSnapshot before) {
        return draft(before, List.of());
    }

    private static boolean mends(Iterable<? extends Change> changes) {
        boolean any = false;
        for (Change change : changes) {
            if (!change.mendsStore()) {
                return false;
            }
            any = true;
        }
        return any;
    }
}
