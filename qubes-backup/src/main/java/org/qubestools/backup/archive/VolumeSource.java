package org.qubestools.backup.archive;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The tar volumes of one inner archive, ready to be parsed: a single one but for format 2. */
public interface VolumeSource {
    /**
     * The next volume, after the one before was read to its end; null if there is none.
     *
     * @throws DamagedArchive if its chunks are damaged or missing
     */
    @Nullable
    InputStream next() throws IOException;
}
