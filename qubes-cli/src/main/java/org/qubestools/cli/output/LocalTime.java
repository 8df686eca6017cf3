package org.qubestools.cli.output;

import java.time.ZoneId;

/** Tells the zone in which times are shown; asked only when one is, since finding it out takes 20 ms. */
public interface LocalTime {
    ZoneId zone();
}
