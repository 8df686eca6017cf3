package org.qubestools.core.history;

import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.store.StoreSnapshot;

/** The store becomes what a copy says, byte by byte; no file of a VM is touched. Also mends a store that is damaged. */
public final class RestoreStore implements Change {
    private final StoreSnapshot copy;

    /** {@code copy}: what the store becomes. */
    public RestoreStore(StoreSnapshot copy) {
        this.copy = copy;
    }

    @Override
    public boolean mendsStore() {
        return true;
    }

    @Override
    public void apply(Draft draft) {
        StoreDifference difference = StoreDifference.ofDocuments(draft.vms(), copy.vms());
        new StoreSwap(draft, copy.vms()).check(difference);
        draft.bytes().want(copy.bytes());
    }
}
