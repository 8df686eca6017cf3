package org.qubestools.core.storage;

import java.nio.file.Path;

/** The port to what makes volatile images with a swap and a data partition. */
public interface VolatileImages {
    /**
     * Makes the image, which must not exist.
     *
     * @param rootMib size of what the data partition holds
     * @return false if the host has nothing that could: then nothing was made
     * @throws org.qubestools.core.error.QubesException FAILED; something may be left of it
     */
    boolean make(Path image, long rootMib);
}
