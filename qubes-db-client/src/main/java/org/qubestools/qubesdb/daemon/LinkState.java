package org.qubestools.qubesdb.daemon;

/** How far the daemon of dom0 and that of the domain are with each other. */
public enum LinkState {
    /** The domain is to have no link. */
    NONE,
    /** There is no connection. */
    WAITING,
    /** There is one; the daemon of the domain has not asked for the content yet, or has not got it all. */
    CONNECTED,
    /** Changes of either go to the other. */
    SYNCED
}
