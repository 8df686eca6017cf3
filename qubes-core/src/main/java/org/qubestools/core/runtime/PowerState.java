package org.qubestools.core.runtime;

import org.qubestools.core.vmm.DomainState;

/** The words for a VM's state; scripts rely on them. */
public enum PowerState {
    HALTED("Halted"),
    TRANSIENT("Transient"),
    RUNNING("Running"),
    PAUSED("Paused"),
    SUSPENDED("Suspended"),
    HALTING("Halting"),
    DYING("Dying"),
    CRASHED("Crashed"),
    /** Not known: offline, or no VMM. */
    UNKNOWN("NA");

    private final String word;

    PowerState(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /**
     * The word for an active domain.
     *
     * @param complete the daemons that a running VM needs run too
     */
    static PowerState ofActive(DomainState state, boolean complete) {
        return switch (state) {
            case PAUSED -> PAUSED;
            case CRASHED -> CRASHED;
            case SHUTDOWN -> HALTING;
            case SHUTOFF -> DYING;
            case PMSUSPENDED -> SUSPENDED;
            case RUNNING, BLOCKED, NOSTATE -> complete ? RUNNING : TRANSIENT;
        };
    }
}
