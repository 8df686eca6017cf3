package org.qubestools.core.error;

/** What went wrong, as far as a caller or a script may want to tell; the command line maps each kind to an exit code. */
public enum ErrorKind {
    /** Anything without a kind of its own. */
    FAILED,
    /** Finished, but some items were left out; each was named. */
    PARTIAL,
    /** The options or operands make no sense, whatever the store holds. */
    USAGE,
    NO_SUCH_VM,
    NO_SUCH_PROPERTY,
    INVALID_VALUE,
    /** The VM is in the wrong power state, or root may not do this. */
    WRONG_STATE,
    IN_USE,
    STORE_MISSING,
    STORE_CORRUPT,
    STORE_LOCKED,
    BAD_PASSPHRASE,
    CORRUPT_BACKUP,
    /** Needs the running system while offline mode is on. */
    OFFLINE,
    VMM_UNREACHABLE,
    CANCELLED
}
