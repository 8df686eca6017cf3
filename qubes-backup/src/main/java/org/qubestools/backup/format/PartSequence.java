package org.qubestools.backup.format;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The chunks of one inner archive, in their order and without a gap. */
public interface PartSequence {
    /**
     * The next chunk, which the caller closes; null behind the last one.
     *
     * @throws org.qubestools.backup.archive.DamagedArchive if a chunk is missing or not authentic
     */
    @Nullable
    VerifiedPart next() throws IOException;
}
