package org.qubestools.devices;

/**
 * One change of a list of devices.
 *
 * @param entry the device as it is now; as it was, if it is gone
 * @param <E> what the list is of
 */
public record DeviceChange<E extends ListEntry>(Kind kind, E entry) {
    /** What happened. */
    public enum Kind {
        /** It is offered from now on. */
        APPEARED,
        /** It is no longer offered. */
        VANISHED,
        /** A VM has it from now on. */
        ATTACHED,
        /** The VM of {@code entry} has it no longer. */
        DETACHED,
        /** What it is changed, such as its description. */
        CHANGED
    }
}
