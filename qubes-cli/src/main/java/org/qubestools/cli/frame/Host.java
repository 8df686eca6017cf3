package org.qubestools.cli.frame;

import java.time.Clock;
import java.time.ZoneId;

/** What a tool may want to know about the machine and the process; each is found out only when asked. */
public interface Host {
    /** Whether standard output is a terminal. */
    boolean outputIsTerminal();

    /** Whether standard error is a terminal. */
    boolean errorIsTerminal();

    int effectiveUserId();

    /** Time in UTC. */
    Clock clock();

    /** The zone in which dates are shown. */
    ZoneId zone();
}
