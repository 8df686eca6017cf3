package org.qubestools.backup.crypto;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * What one derivation may cost; the cost in an archive is not authenticated when it is read.
 *
 * @param memory bytes
 * @param work limit of N * r * p
 */
public record ScryptLimits(long memory, long work) {
    private static final long MIB = 1 << 20;

    /** The recommended limits, but never more memory than {@code available} bytes. */
    public static ScryptLimits within(long available) {
        return new ScryptLimits(Math.min(available, ScryptCost.DEFAULT_MEMORY_LIMIT), ScryptCost.DEFAULT_WORK_LIMIT);
    }

    /** True if {@link #check} finds nothing. */
    public boolean allow(ScryptCost cost) {
        return cost.memory() <= memory && cost.work() <= work;
    }

    /** CORRUPT_BACKUP, with the number needed, if the cost is beyond these limits. */
    public void check(ScryptCost cost) {
        if (cost.memory() > memory) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP,
                    "the key derivation of this archive (" + cost + ") needs " + (cost.memory() / MIB)
                            + " MiB of memory, " + (memory / MIB) + " MiB are allowed",
                    "give --memory " + (cost.memory() / MIB + 512) + "M if the machine has that much");
        }
        if (cost.work() > work) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP,
                    "the key derivation of this archive (" + cost + ") costs more than is allowed",
                    "give --no-kdf-limit if you trust it to be that costly");
        }
    }
}
