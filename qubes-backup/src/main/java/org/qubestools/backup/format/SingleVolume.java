package org.qubestools.backup.format;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.VolumeSource;

/** An archive that is one stream. */
final class SingleVolume implements VolumeSource {
    private @Nullable InputStream stream;

    SingleVolume(InputStream stream) {
        this.stream = stream;
    }

    @Override
    public @Nullable InputStream next() {
        InputStream only = stream;
        stream = null;
        return only;
    }
}
