package org.qubestools.backup.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * Long stretches for a cipher, in short ones: the Java runtime puts its fast code in place after some thousand calls,
 * and until then a byte takes thirty times as long.
 */
public final class Slices {
    private static final int SLICE = 4096;

    private Slices() {}

    /** As {@link Cipher#update(byte[], int, int, byte[], int)}; in place only with a cipher that keeps nothing back. */
    public static int update(Cipher cipher, byte[] in, int offset, int length, byte[] out, int outOffset)
            throws GeneralSecurityException {
        int done = 0;
        for (int at = 0; at < length; at += SLICE) {
            int part = Math.min(SLICE, length - at);
            done += cipher.update(in, offset + at, part, out, outOffset + done);
        }
        return done;
    }
}
