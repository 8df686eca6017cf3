package org.qubestools.backup.format;

import java.io.InputStream;
import org.qubestools.backup.archive.VolumeSource;
import org.qubestools.backup.compress.Inflaters;
import org.qubestools.backup.crypto.DecryptingStream;
import org.qubestools.backup.crypto.Passphrase;

/** Format 3: an inner archive is one stream, compressed, then encrypted, then cut into chunks. */
record FormatV3(PartVerifier verifier, Decoding decoding, Passphrase passphrase) implements BackupFormat {
    @Override
    public boolean isMultiVolume() {
        return false;
    }

    @Override
    public VolumeSource volumes(PartSequence parts, Inflaters inflaters) {
        InputStream stream = new PartChain(parts);
        if (decoding.cipher() != null) {
            stream = new DecryptingStream(stream, decoding.cipher(), passphrase, decoding.derivation());
        }
        return new SingleVolume(
                decoding.filter() == null ? stream : decoding.filter().decoding(stream, inflaters));
    }

    @Override
    public BackupContents contents(byte[] xml) {
        return StoreContents.read(xml);
    }
}
