package org.qubestools.core.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the threads of this JVM from each other's lock on one path: readers share one descriptor, a writer is alone.
 *
 * <p>The table of guards is the one piece of static mutable state: record locks are a property of the process, so
 * whatever keeps them must be one per process as well.
 */
final class StoreGuard {
    private static final ConcurrentMap<Path, StoreGuard> GUARDS = new ConcurrentHashMap<>();

    private final Path file;
    private @Nullable LockedFile shared;
    private int readers;
    private @Nullable Thread writer;

    private StoreGuard(Path file) {
        this.file = file;
    }

    /** The guard of {@code file}, a real path: without links, so that two names of a store meet here. */
    static StoreGuard of(Path file) {
        StoreGuard guard = GUARDS.get(file);
        if (guard == null) {
            StoreGuard fresh = new StoreGuard(file);
            guard = GUARDS.putIfAbsent(file, fresh);
            if (guard == null) {
                guard = fresh;
            }
        }
        return guard;
    }

    /** Takes the shared lock without waiting; null if there is a writer, here or elsewhere. */
    synchronized @Nullable LockedFile tryShared() throws IOException {
        if (writer != null) {
            refuseWriterItself();
            return null;
        }
        LockedFile joined = shared;
        if (joined == null || !joined.isCurrent(file)) {
            joined = LockedFile.tryLock(file, false);
            if (joined == null) {
                return null;
            }
            shared = joined;
        }
        joined.retain();
        readers++;
        return joined;
    }

    /** Takes the exclusive lock without waiting; null if there is a reader or writer, here or elsewhere. */
    synchronized @Nullable LockedFile tryExclusive() throws IOException {
        if (writer != null) {
            refuseWriterItself();
            return null;
        }
        if (readers > 0) {
            return null;
        }
        LockedFile locked = LockedFile.tryLock(file, true);
        if (locked != null) {
            writer = Thread.currentThread();
        }
        return locked;
    }

    synchronized void releaseShared(LockedFile locked) throws IOException {
        readers--;
        if (readers == 0) {
            shared = null;
        }
        locked.release();
    }

    synchronized void releaseExclusive(LockedFile locked) throws IOException {
        writer = null;
        locked.close();
    }

    private void refuseWriterItself() {
        if (Thread.currentThread().equals(writer)) {
            throw new IllegalStateException(
                    "this thread holds the lock on " + file + " already and would wait forever");
        }
    }
}
