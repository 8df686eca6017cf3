package org.qubestools.backup.format;

import java.util.function.Consumer;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.pipeline.PartBuffer;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.backup.pipeline.SpillSpace;

/**
 * What verifying may use.
 *
 * @param pool memory for chunks
 * @param spill where larger ones go
 * @param derivation what derives keys; closed by who made it
 * @param warnings told of what should be known although nothing is lost
 */
record ReadSpace(SegmentPool pool, SpillSpace spill, KeyDerivation derivation, Consumer<String> warnings) {
    PartBuffer buffer() {
        return new PartBuffer(pool, spill);
    }
}
