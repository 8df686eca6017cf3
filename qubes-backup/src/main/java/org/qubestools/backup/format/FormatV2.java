package org.qubestools.backup.format;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.VolumeSource;
import org.qubestools.backup.compress.Inflaters;
import org.qubestools.backup.compress.ZlibStream;
import org.qubestools.backup.crypto.DecryptingStream;
import org.qubestools.backup.crypto.Passphrase;

/** Format 2: each chunk is a volume of a multi-volume archive, compressed or encrypted on its own. */
record FormatV2(PartVerifier verifier, Decoding decoding, Passphrase passphrase) implements BackupFormat {
    @Override
    public boolean isMultiVolume() {
        return true;
    }

    @Override
    public VolumeSource volumes(PartSequence parts, Inflaters inflaters) {
        return new Volumes(parts);
    }

    @Override
    public BackupContents contents(byte[] xml) {
        return StoreContents.read(xml);
    }

    /** OpenSSL compressed what it had encrypted, if it did both. */
    private InputStream decode(InputStream chunk) {
        if (decoding.cipher() == null) {
            return decoding.filter() == null ? chunk : decoding.filter().decoding(chunk);
        }
        InputStream encrypted = decoding.filter() == null ? chunk : new ZlibStream(chunk);
        return new DecryptingStream(encrypted, decoding.cipher(), passphrase, decoding.derivation());
    }

    private final class Volumes implements VolumeSource {
        private final PartSequence parts;
        private @Nullable VerifiedPart open;

        Volumes(PartSequence parts) {
            this.parts = parts;
        }

        @Override
        public @Nullable InputStream next() throws IOException {
            if (open != null) {
                open.close();
            }
            open = parts.next();
            return open == null ? null : decode(open.open());
        }
    }
}
