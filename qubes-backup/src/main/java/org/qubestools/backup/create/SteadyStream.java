package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes to a file and has it reach the disk at an even pace, while others of the pipeline compress: the sync at the end,
 * half a second for each GiB without this, has little left to do. The stream below stays the caller's.
 */
final class SteadyStream extends OutputStream {
    /** Bytes after which what was written is waited for: few enough to be quick, too many to cost a call each. */
    static final int STEP = 16 << 20;

    private final OutputStream out;
    private final Sync sync;
    private long waiting;

    /** What waits until all that was written is on the disk. */
    interface Sync {
        void sync() throws IOException;
    }

    SteadyStream(OutputStream out, Sync sync) {
        this.out = out;
        this.sync = sync;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        waiting += length;
        if (waiting >= STEP) {
            sync.sync();
            waiting = 0;
        }
    }
}
