package org.qubestools.core.runtime;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What the entries of a VM's QubesDB depend on beside the store.
 *
 * @param timeZone name of dom0's time zone; null if it is not known
 * @param randomSeed text for the random generator of the VM, other at each start; see {@link #newSeed}
 * @param forDisposables the service {@code qubes-dvm} is on for this start: a disposable template is prepared, or a
 *     DisposableVM starts
 */
public record EntryFacts(@Nullable String timeZone, String randomSeed, boolean forDisposables) {
    private static final int RANDOM_BYTES = 64;

    /** A fresh seed: base64 of the SHA-512 of 64 random bytes, so that the VM learns nothing of dom0's generator. */
    public static String newSeed(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-512").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }
}
