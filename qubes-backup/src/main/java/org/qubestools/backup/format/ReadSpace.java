package org.qubestools.backup.format;

import java.util.function.Consumer;
import org.qubestools.backup.crypto.ScryptLimits;
import org.qubestools.backup.pipeline.PartBuffer;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.backup.pipeline.SpillSpace;

/**
 * What verifying may use.
 *
 * @param pool memory for chunks
 * @param spill where larger ones go
 * @param scrypt what a derivation may cost
 * @param warnings told of what should be known although nothing is lost
 */
record ReadSpace(SegmentPool pool, SpillSpace spill, ScryptLimits scrypt, Consumer<String> warnings) {
    PartBuffer buffer() {
        return new PartBuffer(pool, spill);
    }
}
