package org.qubestools.core.vmm;

/**
 * Something that happened to a domain, as the driver tells it.
 *
 * @param kind what happened
 * @param name of the domain; empty for {@link Kind#LOST}
 * @param uuid lower case text form; empty for {@link Kind#LOST}
 * @param detail the driver's word for why, such as {@code destroyed}; the alias of a device; or empty
 */
public record DomainEvent(Kind kind, String name, String uuid, String detail) {
    /** What can happen; a driver need not tell of all. */
    public enum Kind {
        DEFINED,
        UNDEFINED,
        /** Its QubesDB may not be there yet: that is complete at {@link #RESUMED}. */
        STARTED,
        SUSPENDED,
        RESUMED,
        /** It is about to stop. */
        SHUTDOWN,
        STOPPED,
        PMSUSPENDED,
        CRASHED,
        /** Never told by Xen's driver. */
        DEVICE_ADDED,
        /** Never told by Xen's driver. */
        DEVICE_REMOVED,
        /** The connection is lost; nothing more comes of this subscription. */
        LOST
    }

    public static DomainEvent lost() {
        return new DomainEvent(Kind.LOST, "", "", "");
    }
}
