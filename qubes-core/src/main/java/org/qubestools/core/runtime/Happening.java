package org.qubestools.core.runtime;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.StoreDifference.AttributeChange;
import org.qubestools.core.model.StoreDifference.VmChange;
import org.qubestools.core.vmm.DomainEvent;
import org.qubestools.qubesdb.QubesDbPath;

/** One thing that happened, as a {@link ChangeFeed} tells it. */
public sealed interface Happening {
    /** Where things happen. */
    enum Source {
        DOMAINS,
        STORE,
        QUBESDB
    }

    /** Something happened to a domain; never {@link DomainEvent.Kind#LOST}, which is a {@link Gap}. */
    record OfDomain(DomainEvent event) implements Happening {}

    /** A VM was added to the store, removed from it, or changed there. */
    record OfStoredVm(VmChange change) implements Happening {}

    /** A global setting of the store changed. */
    record OfGlobal(AttributeChange change) implements Happening {}

    /**
     * A key in the database of a running VM, or of dom0, was written or removed.
     *
     * @param untrustedPath as the VM may have chosen it; with a slash at the end: that directory was removed
     */
    record OfKey(String vm, QubesDbPath untrustedPath) implements Happening {}

    /**
     * What happened there until now is not known; whoever needs to know looks anew.
     *
     * @param source null for all of them
     * @param vm whose database it is; null for other sources
     */
    record Gap(@Nullable Source source, @Nullable String vm, String reason) implements Happening {}
}
