package org.qubestools.backup.compress;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Tells data that deflate cannot make smaller, such as encrypted or compressed files, in a small part of the time that
 * deflate takes to find out: their bytes are evenly distributed, and nothing repeats within the window of deflate. For
 * one thread.
 */
final class Noise {
    /** Bytes looked at at a time; as many as deflate looks back. */
    static final int PIECE = 1 << 15;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int VALUES = 256;
    /** Chi-squared of byte counts; at this value the best code without repeats saves half a percent. */
    private static final long MAX_UNEVENNESS = 2048;

    private static final int TABLE_BITS = 13;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int STEP = Long.BYTES;
    /** Repeated strings of 8 bytes in a piece: half a percent of it. */
    private static final int MAX_REPEATS = PIECE / 200 / STEP;

    private final int[] counts = new int[VALUES];
    /** For a hash of 8 bytes, where they were last. */
    private final int[] places = new int[1 << TABLE_BITS];

    /** Forgets what was before: another block begins. */
    void begin() {
        Arrays.fill(places, -1);
    }

    /** True if deflate would waste its time on the {@code length} bytes at {@code from}; pieces come in their order. */
    boolean isNoise(byte[] block, int from, int length) {
        return length == PIECE && isEven(block, from) && !repeats(block, from);
    }

    private boolean isEven(byte[] block, int from) {
        Arrays.fill(counts, 0);
        for (int i = from; i < from + PIECE; i++) {
            counts[block[i] & 0xff]++;
        }
        long expected = PIECE / VALUES;
        long unevenness = 0;
        for (int count : counts) {
            unevenness += (count - expected) * (count - expected);
        }
        return unevenness / expected <= MAX_UNEVENNESS;
    }

    private boolean repeats(byte[] block, int from) {
        int found = 0;
        int end = from + PIECE - STEP;
        int at = from;
        while (at <= end) {
            long value = (long) LONG.get(block, at);
            int slot = (int) ((value * GOLDEN) >>> (Long.SIZE - TABLE_BITS));
            int before = places[slot];
            if (before >= 0 && at - before <= PIECE && (long) LONG.get(block, before) == value) {
                found++;
                if (found > MAX_REPEATS) {
                    return true;
                }
                at += STEP;
            } else {
                if ((at & STEP - 1) == 0) {
                    places[slot] = at;
                }
                at++;
            }
        }
        return false;
    }
}
