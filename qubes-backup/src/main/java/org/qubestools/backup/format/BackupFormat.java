package org.qubestools.backup.format;

import org.qubestools.backup.archive.VolumeSource;
import org.qubestools.backup.compress.Inflaters;

/** What one version of the format does in its own way, once the header is known. */
interface BackupFormat {
    PartVerifier verifier();

    /**
     * The tar volumes in the chunks of an inner archive; what is left of them is an error of the stream.
     *
     * @param inflaters may be used
     */
    VolumeSource volumes(PartSequence parts, Inflaters inflaters);

    /** True if an inner archive is one of GNU tar's multi-volume archives, a volume a chunk. */
    boolean isMultiVolume();

    /** Reads the qubes.xml of the backup. */
    BackupContents contents(byte[] xml);
}
