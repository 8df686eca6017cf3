package org.qubestools.backup.crypto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * Computes scrypt (RFC 7914) in memory that is kept for the next derivation of the same cost, and wiped at the end. For
 * one thread at a time.
 *
 * <p>Ours, because the library's takes and clears new memory each time; docs/architecture.md has the numbers. Tests
 * compare the two.
 */
final class ScryptMemory implements AutoCloseable {
    /**
     * Words of an array of the memory: 32 MiB, or one block if that is larger. Smaller ones would begin among the young
     * objects of the Java runtime, and be copied from there.
     */
    private static final int LARGEST = 1 << 23;
    /** After so many blocks an interruption is noticed. */
    private static final int ATTENTION = 1 << 10;

    private final ScryptCost cost;
    private final int blocks;
    private final int words;
    private final int shift;
    private final int[][] memory;

    /** Takes the memory of this cost. */
    ScryptMemory(ScryptCost cost) {
        this.cost = cost;
        this.blocks = 1 << cost.log2N();
        this.words = 32 * cost.r();
        int perArray = Math.min(blocks, Math.max(1, Integer.highestOneBit(LARGEST / words)));
        this.shift = Integer.numberOfTrailingZeros(perArray);
        this.memory = new int[blocks / perArray][perArray * words];
    }

    ScryptCost cost() {
        return cost;
    }

    /**
     * A key of {@code length} bytes; arguments stay the caller's.
     *
     * @throws QubesException CANCELLED if the thread is interrupted
     */
    byte[] derive(byte[] secret, byte[] salt, int length) {
        byte[] mixed = pbkdf2(secret, salt, cost.p() * words * Integer.BYTES);
        int[] state = new int[2 * words];
        try {
            IntBuffer all =
                    ByteBuffer.wrap(mixed).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
            for (int at = 0; at < all.capacity(); at += words) {
                all.get(at, state, 0, words);
                fill(state);
                mix(state);
                all.put(at, state, 0, words);
            }
            return pbkdf2(secret, mixed, length);
        } finally {
            Arrays.fill(mixed, (byte) 0);
            Arrays.fill(state, 0);
        }
    }

    /** The first half of ROMix. The state, before and after, is the first half of the array; the other is for work. */
    private void fill(int[] state) {
        for (int i = 0; i < blocks; i += 2) {
            attend(i);
            System.arraycopy(state, 0, array(i), at(i), words);
            SalsaMix.mix(state, 0, words, cost.r());
            System.arraycopy(state, words, array(i + 1), at(i + 1), words);
            SalsaMix.mix(state, words, 0, cost.r());
        }
    }

    /** The second half. */
    private void mix(int[] state) {
        for (int i = 0; i < blocks; i += 2) {
            attend(i);
            add(state, 0);
            SalsaMix.mix(state, 0, words, cost.r());
            add(state, words);
            SalsaMix.mix(state, words, 0, cost.r());
        }
    }

    /** Adds the block that the state at {@code to} points to. */
    private void add(int[] state, int to) {
        int block = state[to + words - 16] & (blocks - 1);
        int[] array = array(block);
        int from = at(block);
        for (int i = 0; i < words; i++) {
            state[to + i] ^= array[from + i];
        }
    }

    private int[] array(int block) {
        return memory[block >> shift];
    }

    private int at(int block) {
        return (block & (1 << shift) - 1) * words;
    }

    private static void attend(int block) {
        if ((block & ATTENTION - 1) == 0 && Thread.currentThread().isInterrupted()) {
            throw new QubesException(ErrorKind.CANCELLED, "interrupted");
        }
    }

    /** PBKDF2-HMAC-SHA-256 with one iteration; ours, because the library's keeps copies of the secret. */
    private static byte[] pbkdf2(byte[] secret, byte[] salt, int length) {
        byte[] key = new byte[length];
        try (BouncyHmac mac = new BouncyHmac(new SHA256Digest(), secret)) {
            int at = 0;
            for (int block = 1; at < length; block++) {
                mac.update(salt, 0, salt.length);
                mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(block).array(), 0, Integer.BYTES);
                byte[] value = mac.value();
                int part = Math.min(value.length, length - at);
                System.arraycopy(value, 0, key, at, part);
                Arrays.fill(value, (byte) 0);
                at += part;
            }
            return key;
        }
    }

    /** Wipes the memory. */
    @Override
    public void close() {
        for (int[] array : memory) {
            Arrays.fill(array, 0);
        }
    }
}
