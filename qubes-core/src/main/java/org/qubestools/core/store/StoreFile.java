package org.qubestools.core.store;

import java.nio.file.Path;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;

/** The store file under its POSIX record lock: while one is open, nobody else can change the store. */
public final class StoreFile implements AutoCloseable {
    /** The largest store that is read, in bytes. */
    public static final int MAX_BYTES = 8 << 20;

    private StoreFile() {}

    public static StoreFile openShared(Path file, LockWait wait) {
        throw new UnsupportedOperationException("not yet");
    }

    public static StoreFile openExclusive(Path file, LockWait wait, FileLayer layer, Ownership ownership) {
        throw new UnsupportedOperationException("not yet");
    }

    public byte[] read() {
        throw new UnsupportedOperationException("not yet");
    }

    public void replace(byte[] content) {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public void close() {}
}
