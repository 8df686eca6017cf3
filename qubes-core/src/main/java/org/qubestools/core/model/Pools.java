package org.qubestools.core.model;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where storage pools are. */
public interface Pools {
    String DEFAULT = "default";
    String DEFAULT_DIRECTORY = "/var/lib/qubes";

    /** The absolute directory of the pool without a slash at the end, or null if there is no such pool. */
    @Nullable
    String directory(String pool);

    /** All names, {@code default} first. */
    Set<String> names();
}
