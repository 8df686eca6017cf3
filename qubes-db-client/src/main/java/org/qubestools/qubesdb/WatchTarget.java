package org.qubestools.qubesdb;

/** Where events of watches go. None of its methods waits: the reader of the connection calls them. */
interface WatchTarget {
    void changed(Registration registration, QubesDbPath untrustedPath);

    void resynchronise();

    /** The client is closed: nothing more comes. */
    void end();
}
