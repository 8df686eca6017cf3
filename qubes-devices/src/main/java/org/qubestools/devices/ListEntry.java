package org.qubestools.devices;

import java.util.Optional;

/** What a {@link DeviceWatcher} compares of one device of a list. */
public interface ListEntry {
    /** By which it is known again. */
    Object key();

    /** What it is, whoever has it. */
    Object facts();

    /** Which VM has it, and where; empty if none has. */
    Optional<String> place();
}
