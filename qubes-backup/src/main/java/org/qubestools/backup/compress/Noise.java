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
    /** The first bytes of each stride are compared with what was before: a sample that costs a quarter. */
    private static final int WINDOW = 16 * STEP;
    /** No power of two: what repeats in each record of a disk comes into a window sooner or later. */
    private static final int STRIDE = 63 * STEP;
    /** Repeated strings of 8 bytes in the windows of a piece: half a percent of those. */
    private static final int MAX_REPEATS = PIECE / STRIDE * WINDOW / 200 / STEP;
    /** Bytes after which a text or a table has shown what it is. */
    private static final int GLANCE = PIECE / 8;

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

    /** What is uneven in its first part is not counted further: the rest cannot make up for so much. */
    private boolean isEven(byte[] block, int from) {
        Arrays.fill(counts, 0);
        count(block, from, from + GLANCE);
        if (unevenness(GLANCE) > MAX_UNEVENNESS * (PIECE / GLANCE)) {
            return false;
        }
        count(block, from + GLANCE, from + PIECE);
        return unevenness(PIECE) <= MAX_UNEVENNESS;
    }

    private void count(byte[] block, int from, int to) {
        for (int i = from; i < to; i++) {
            counts[block[i] & 0xff]++;
        }
    }

    private long unevenness(int length) {
        long expected = length / VALUES;
        long sum = 0;
        for (int count : counts) {
            sum += (count - expected) * (count - expected);
        }
        return sum / expected;
    }

    private boolean repeats(byte[] block, int from) {
        int found = 0;
        for (int at = from; at <= from + PIECE - STRIDE; at += STRIDE) {
            found += repeatsWithin(block, at);
            if (found > MAX_REPEATS) {
                return true;
            }
            remember(block, at + WINDOW, at + STRIDE);
        }
        return false;
    }

    private int repeatsWithin(byte[] block, int from) {
        int found = 0;
        int at = from;
        while (at < from + WINDOW) {
            long value = (long) LONG.get(block, at);
            int slot = slot(value);
            int before = places[slot];
            if (before >= 0 && at - before <= PIECE && (long) LONG.get(block, before) == value) {
                found++;
                at += STEP;
            } else {
                if ((at & STEP - 1) == 0) {
                    places[slot] = at;
                }
                at++;
            }
        }
        return found;
    }

    private void remember(byte[] block, int from, int to) {
        for (int at = from; at < to; at += STEP) {
            places[slot((long) LONG.get(block, at))] = at;
        }
    }

    private static int slot(long value) {
        return (int) ((value * GOLDEN) >>> (Long.SIZE - TABLE_BITS));
    }
}
