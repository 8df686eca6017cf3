package org.qubestools.core.io;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads a stream to its end in a thread of its own, so that its writer never waits; keeps the end of what came. */
final class StreamDrain {
    private static final int BUFFER = 8192;

    private final InputStream in;
    private final Thread thread;
    private final byte[] kept;
    private int size;

    private StreamDrain(InputStream in, int keep) {
        this.in = in;
        this.kept = new byte[keep];
        this.thread = new Thread(this::drain, "drain");
        // A grandchild that keeps the pipe open must not keep the tool running.
        thread.setDaemon(true);
    }

    /** Starts to read {@code in}, which is not closed; the last {@code keep} bytes are kept. */
    static StreamDrain start(InputStream in, int keep) {
        StreamDrain drain = new StreamDrain(in, keep);
        drain.thread.start();
        return drain;
    }

    /** Waits until the stream has ended, but at most so many milliseconds. */
    void awaitEnd(long millis) throws InterruptedException {
        thread.join(millis);
    }

    /** The last bytes so far. */
    synchronized byte[] kept() {
        return Arrays.copyOf(kept, size);
    }

    private void drain() {
        byte[] buffer = new byte[BUFFER];
        for (int count = next(buffer); count >= 0; count = next(buffer)) {
            keep(buffer, count);
        }
    }

    private int next(byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            return -1; // closed by its owner: nothing more can come
        }
    }

    private synchronized void keep(byte[] buffer, int count) {
        int added = Math.min(count, kept.length);
        int stay = Math.min(size, kept.length - added);
        System.arraycopy(kept, size - stay, kept, 0, stay);
        System.arraycopy(buffer, count - added, kept, stay, added);
        size = stay + added;
    }
}
