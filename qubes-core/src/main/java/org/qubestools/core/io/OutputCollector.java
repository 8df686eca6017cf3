package org.qubestools.core.io;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads one output stream of a program to its end in a thread of its own and keeps its first or its last bytes. */
final class OutputCollector {
    /** How long the end of the stream is waited for after the program's: a child of it may hold the stream open. */
    private static final int GRACE_MILLIS = 2000;

    private final InputStream in;
    private final int limit;
    private final boolean stopAtLimit;
    private final Thread thread = new Thread(this::collect, "output-collector");
    private Runnable stop = () -> {};
    private byte[] kept = new byte[1024];
    private int size;
    private boolean overflowed;

    /**
     * Reads nothing before {@link #start}.
     *
     * @param in not closed; its program's end ends it
     * @param limit bytes kept
     * @param stopAtLimit whether a longer output is an error; otherwise its end is kept
     */
    OutputCollector(InputStream in, int limit, boolean stopAtLimit) {
        this.in = in;
        this.limit = limit;
        this.stopAtLimit = stopAtLimit;
        thread.setDaemon(true);
    }

    /** Starts reading; {@code onOverflow} is run, once, by the reading thread when the limit is passed. */
    void start(Runnable onOverflow) {
        stop = onOverflow;
        thread.start();
    }

    /** Waits for the end of the stream, but not forever. */
    void join() throws InterruptedException {
        thread.join(GRACE_MILLIS);
    }

    synchronized boolean overflowed() {
        return overflowed;
    }

    synchronized byte[] content() {
        return Arrays.copyOf(kept, size);
    }

    private void collect() {
        byte[] chunk = new byte[8192];
        try {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                if (!keep(chunk, count)) {
                    stop.run();
                    return;
                }
            }
        } catch (IOException e) {
            // The program was killed and its pipe closed under us: what came so far is all there is.
            return;
        }
    }

    private synchronized boolean keep(byte[] chunk, int count) {
        if (stopAtLimit && count > limit - size) {
            overflowed = true;
            return false;
        }
        if (size + count > kept.length) {
            kept = Arrays.copyOf(kept, Math.max(size + count, 2 * kept.length));
        }
        System.arraycopy(chunk, 0, kept, size, count);
        size += count;
        if (size > limit) {
            System.arraycopy(kept, size - limit, kept, 0, limit);
            size = limit;
        }
        return true;
    }
}
