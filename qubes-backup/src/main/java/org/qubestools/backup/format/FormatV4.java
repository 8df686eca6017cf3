package org.qubestools.backup.format;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.VolumeSource;
import org.qubestools.backup.compress.Filter;
import org.qubestools.backup.compress.Inflaters;

/** Format 4: as format 3, but the frame of each chunk encrypts it. */
record FormatV4(PartVerifier verifier, @Nullable Filter filter) implements BackupFormat {
    @Override
    public boolean isMultiVolume() {
        return false;
    }

    @Override
    public VolumeSource volumes(PartSequence parts, Inflaters inflaters) {
        InputStream stream = new PartChain(parts);
        return new SingleVolume(filter == null ? stream : filter.decoding(stream, inflaters));
    }

    @Override
    public BackupContents contents(byte[] xml) {
        return R4QubesXml.read(xml);
    }
}
