package org.qubestools.backup.pipeline;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A fixed amount of memory for the content of chunks, in segments that are used again and again. Whoever needs one
 * waits until one is free. Safe for several threads.
 */
public final class SegmentPool {
    /** Bytes of one segment. */
    public static final int SEGMENT = 256 * 1024;

    private final Deque<byte[]> free = new ArrayDeque<>();
    private int unmade;

    /** A pool of {@code bytes}, rounded down to whole segments. */
    public SegmentPool(long bytes) {
        this.unmade = (int) Math.max(1, bytes / SEGMENT);
    }

    synchronized byte[] take() throws InterruptedException {
        while (free.isEmpty() && unmade == 0) {
            wait();
        }
        if (free.isEmpty()) {
            unmade--;
            return new byte[SEGMENT];
        }
        return free.pop();
    }

    synchronized void giveBack(byte[] segment) {
        free.push(segment);
        notifyAll();
    }
}
