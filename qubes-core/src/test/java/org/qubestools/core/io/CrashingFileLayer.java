package org.qubestools.core.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Does so many operations and then none: from that one on each throws {@link SimulatedCrash}, as a dead process does
 * nothing any more. A write or copy at which it happens is done by half.
 */
public final class CrashingFileLayer extends CountingFileLayer {
    private final int lifetime;
    private boolean crashed;

    public CrashingFileLayer(int lifetime) {
        this.lifetime = lifetime;
    }

    /** Whether it came so far. */
    public boolean crashed() {
        return crashed;
    }

    @Override
    protected void before(int number, String operation) {
        if (number >= lifetime) {
            crashed = true;
            throw new SimulatedCrash(operation);
        }
    }

    @Override
    public void write(FileChannel file, byte[] content) throws IOException {
        boolean before = crashed;
        try {
            super.write(file, content);
        } catch (SimulatedCrash crash) {
            if (!before) {
                FileLayer.system().write(file, java.util.Arrays.copyOf(content, content.length / 2));
            }
            throw crash;
        }
    }

    @Override
    public void copyFile(Path from, Path to) throws IOException {
        boolean before = crashed;
        try {
            super.copyFile(from, to);
        } catch (SimulatedCrash crash) {
            if (!before) {
                FileLayer.system().createFile(to).close();
            }
            throw crash;
        }
    }
}
