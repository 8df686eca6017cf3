package org.qubestools.core.io;

import java.nio.file.Path;

/** Where fixed paths, and paths out of the store, really are: below the root directory in use. */
public interface RealPaths {
    /**
     * The real path.
     *
     * @param fixedPath absolute, as users know it
     */
    Path real(String fixedPath);
}
