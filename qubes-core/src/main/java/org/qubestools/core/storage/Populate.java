package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.qubestools.core.io.FileLayer;

/** Fills a new directory, or completes one that is taken over, under the name it has before it is put in place. */
@FunctionalInterface
public interface Populate {
    /**
     * Makes files and directories below {@code staging}, which exists, through {@code layer} only. A new one is empty.
     *
     * <p>Syncing, group and mode are seen to afterwards: what still has the mode the layer gave it (0600, 0700) becomes
     * 0660 and 2770; any other mode stays.
     */
    void populate(Path staging, FileLayer layer) throws IOException;
}
