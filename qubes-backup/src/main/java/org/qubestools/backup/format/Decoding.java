package org.qubestools.backup.format;

import org.jspecify.annotations.Nullable;
import org.qubestools.backup.compress.Filter;
import org.qubestools.backup.crypto.OpensslCipher;

/**
 * What was done to the data of a backup.
 *
 * @param cipher null if they are not encrypted (by format 2 or 3)
 * @param derivation how the cipher's key was made
 * @param filter null if they are not compressed
 */
record Decoding(
        @Nullable OpensslCipher cipher,
        OpensslCipher.Derivation derivation,
        @Nullable Filter filter) {
    Decoding withDerivation(OpensslCipher.Derivation other) {
        return new Decoding(cipher, other, filter);
    }
}
