package org.qubestools.backup.restore;

/** What stands against restoring a VM. */
public enum PlanMark {
    /** Left out by the user. */
    EXCLUDED,
    /** Its entry in the backup breaks a rule; the item says which. */
    VIOLATION,
    /** The name it would get is no good one. */
    BAD_NAME,
    /** The name it would get is taken, and no other was found. */
    ALREADY_EXISTS,
    MISSING_TEMPLATE,
    MISSING_NETVM,
    /** The netvm of DisposableVMs that it starts. */
    MISSING_DISPVM_NETVM,
    /** The home is of another user than that of this dom0; it is restored all the same if the user says so. */
    USERNAME_MISMATCH
}
