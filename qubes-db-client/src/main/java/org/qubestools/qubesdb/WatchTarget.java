package org.qubestools.qubesdb;

import java.util.List;

/** Where events of watches go. None of its methods waits: the reader of the connection calls them. */
interface WatchTarget {
    void changed(Registration registration, QubesDbPath untrustedPath);

    /** Nothing is known any more of what these watch, which are all that have this target. */
    void resynchronise(List<Registration> registrations);

    /** The client is closed: nothing more comes. */
    void end();
}
