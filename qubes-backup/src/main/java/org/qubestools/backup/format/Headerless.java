package org.qubestools.backup.format;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.compress.Filter;
import org.qubestools.backup.crypto.OpensslCipher;

/** What the first chunk of an archive without header, once authentic, tells about all its chunks. */
final class Headerless {
    private static final int MAGIC_AT = 257;

    private Headerless() {}

    static Decoding guess(byte[] chunk, ReadOptions options) {
        boolean salted = OpensslCipher.isPrefix(chunk, chunk.length);
        boolean gzip = chunk.length > 1 && Filter.sniff(chunk[0] & 0xff, chunk[1] & 0xff) == Filter.GZIP;
        boolean zlib = chunk.length > 1 && chunk[0] == 0x78 && ((chunk[0] << 8) | (chunk[1] & 0xff)) % 31 == 0;
        boolean plain = chunk.length > MAGIC_AT + 5
                && new String(chunk, MAGIC_AT, 5, StandardCharsets.US_ASCII).equals("ustar");
        boolean encrypted = salted || (zlib && !plain) || (options.encrypted() && !gzip && !plain);
        boolean compressed = gzip || (zlib && !plain) || (options.compressed() && !salted && !plain);
        return decoding(encrypted, compressed);
    }

    private static Decoding decoding(boolean encrypted, boolean compressed) {
        @Nullable
        OpensslCipher cipher =
                encrypted ? OpensslCipher.named(OpensslCipher.DEFAULT_NAME).orElseThrow() : null;
        return new Decoding(cipher, OpensslCipher.Derivation.MD5, compressed ? Filter.GZIP : null);
    }
}
