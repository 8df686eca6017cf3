package org.qubestools.core.io;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * What came so far from one output stream of a program; what {@link #take} does never waits. It may be secret, so what
 * was kept is wiped.
 */
final class ProcessOutput implements AutoCloseable {
    /** With room for so many bytes, the JDK puts them there without a buffer of its own between. */
    private static final int DIRECT = 8192;

    private final InputStream in;
    private byte[] kept = new byte[DIRECT];
    private int size;

    /** Takes over {@code in}: {@link #close} closes it. */
    ProcessOutput(InputStream in) {
        this.in = in;
    }

    /**
     * Takes what is there, until {@code limit} bytes are kept.
     *
     * @return whether there was anything
     */
    boolean take(long limit) throws IOException {
        boolean any = false;
        for (int ready = in.available(); ready > 0 && size < limit; ready = in.available()) {
            any |= read((int) Math.min(ready, limit - size));
        }
        return any;
    }

    /** After the end of the program: takes all that is left, until {@code limit} bytes are kept. */
    void takeRest(long limit) throws IOException {
        boolean more = true;
        while (more && size < limit) {
            more = read((int) Math.min(8192, limit - size));
        }
    }

    private boolean read(int wanted) throws IOException {
        int room = Math.max(wanted, DIRECT);
        if (size + room > kept.length) {
            byte[] old = kept;
            kept = Arrays.copyOf(old, Math.max(size + room, 2 * old.length));
            Arrays.fill(old, (byte) 0);
        }
        int count = in.read(kept, size, room);
        size += Math.max(count, 0);
        return count > 0;
    }

    /** Drops all but the last {@code limit} bytes. */
    void keepLast(int limit) {
        if (size > limit) {
            System.arraycopy(kept, size - limit, kept, 0, limit);
            size = limit;
        }
    }

    int size() {
        return size;
    }

    byte[] content() {
        return Arrays.copyOf(kept, size);
    }

    @Override
    public void close() throws IOException {
        Arrays.fill(kept, (byte) 0);
        in.close();
    }
}
