package org.qubestools.backup.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.core.io.BlockInputStream;

/** What {@code openssl enc} encrypted. A wrong key, a cut stream or a missing prefix is a {@link DamagedArchive}. */
public final class DecryptingStream extends BlockInputStream {
    private final InputStream in;
    private final OpensslCipher algorithm;
    private final Passphrase passphrase;
    private final OpensslCipher.Derivation derivation;
    private final byte[] input = new byte[1 << 16];
    private final byte[] output = new byte[(1 << 16) + 64];
    private @Nullable Cipher cipher;
    private long total;
    private int at;
    private int end;
    private boolean ended;

    /** Decrypts {@code in}, which is closed with this stream; nothing is read before the first call. */
    public DecryptingStream(
            InputStream in, OpensslCipher algorithm, Passphrase passphrase, OpensslCipher.Derivation derivation) {
        this.in = in;
        this.algorithm = algorithm;
        this.passphrase = passphrase;
        this.derivation = derivation;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (at == end) {
            if (ended) {
                return -1;
            }
            decrypt();
        }
        int part = Math.min(length, end - at);
        System.arraycopy(output, at, buffer, offset, part);
        at += part;
        return part;
    }

    private void decrypt() throws IOException {
        Cipher working = cipher;
        if (working == null) {
            byte[] prefix = in.readNBytes(OpensslCipher.PREFIX_LENGTH);
            if (!OpensslCipher.isPrefix(prefix, prefix.length)) {
                throw new DamagedArchive("an encrypted stream does not begin as one");
            }
            working = algorithm.decrypting(passphrase, prefix, derivation);
            cipher = working;
        }
        int got = in.read(input);
        if (got < 0 && total == 0 && algorithm.hasPadding()) {
            throw new DamagedArchive("an encrypted stream is cut behind its prefix");
        }
        total += Math.max(0, got);
        at = 0;
        try {
            if (got < 0) {
                ended = true;
                end = working.doFinal(output, 0);
            } else {
                end = Slices.update(working, input, 0, got, output, 0);
            }
        } catch (GeneralSecurityException e) {
            throw new DamagedArchive("an encrypted stream is cut or has another key", e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
