package org.qubestools.backup.crypto;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * Cost of one scrypt derivation.
 *
 * @param log2N from 1 to 24: N, the number of blocks, is a power of two
 * @param r block size, at least 1
 * @param p repetitions, at least 1
 */
public record ScryptCost(int log2N, int r, int p) {
    public static final int MAX_LOG2N = 24;
    /** What we write: a quarter of a second and 128 MiB. */
    public static final ScryptCost DEFAULT = new ScryptCost(17, 8, 1);
    /** Memory that one derivation may take unless the user allows more: 4 GiB. */
    public static final long DEFAULT_MEMORY_LIMIT = 4L << 30;
    /** Work, N * r * p, that one derivation may take unless the user allows more. */
    public static final long DEFAULT_WORK_LIMIT = 1L << 28;

    public ScryptCost {
        boolean valid = log2N >= 1 && log2N <= MAX_LOG2N && r >= 1 && p >= 1 && (long) r * p < 1L << 30;
        if (!valid) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP,
                    "impossible cost of the key derivation: N=2^" + log2N + ", r=" + Integer.toUnsignedString(r)
                            + ", p=" + Integer.toUnsignedString(p),
                    "the archive is damaged");
        }
    }

    /** Bytes that a derivation needs, for N blocks and for one more in each further repetition. */
    public long memory() {
        return 128L * r * ((1L << log2N) + p - 1);
    }

    public long work() {
        long perRound = (long) r * p;
        return perRound > Long.MAX_VALUE >> log2N ? Long.MAX_VALUE : perRound << log2N;
    }

    @Override
    public String toString() {
        return "N=2^" + log2N + " r=" + r + " p=" + p;
    }
}
