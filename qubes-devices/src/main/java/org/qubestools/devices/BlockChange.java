package org.qubestools.devices;

/**
 * One change of the list of block devices.
 *
 * @param listed the device as it is now; as it was, if it is gone
 */
public record BlockChange(Kind kind, BlockListing.Listed listed) {
    /** What happened. */
    public enum Kind {
        /** It is offered from now on. */
        APPEARED,
        /** It is no longer offered. */
        VANISHED,
        /** A VM has it from now on. */
        ATTACHED,
        /** The VM of {@code listed} has it no longer. */
        DETACHED,
        /** Its size, mode or description changed. */
        CHANGED
    }
}
