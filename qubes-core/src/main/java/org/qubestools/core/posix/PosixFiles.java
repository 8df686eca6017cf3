package org.qubestools.core.posix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Calls of the system that the JDK does not offer, as far as this process can make them. Failures are IOExceptions in
 * the system's words, those that the JDK has a class for of that class.
 */
public sealed interface PosixFiles permits NativeFiles, PlainFiles {
    /** Never fails; the native library is loaded by the first call in a process. */
    static PosixFiles load() {
        return LoadedFiles.INSTANCE;
    }

    /** Why this process cannot make native calls, not yet fit for a terminal; empty if it can. */
    Optional<String> untrustedLimitation();

    /**
     * Tells {@code sink} where the regular file or block device {@code file} holds data, links followed, and returns
     * its size in bytes, beyond which nothing is told.
     *
     * <p>Without native calls, and where the file system knows no holes, the whole file is one stretch. A stretch may
     * hold zeros. What another process changes meanwhile may be missed. Never for the store: closing a file drops the
     * locks that this process has on it.
     */
    long dataExtents(Path file, ExtentSink sink) throws IOException;

    /**
     * Makes the symbolic link {@code link}, which must not exist, with exactly the bytes of {@code target}; always an
     * IOException without native calls.
     */
    void symlink(byte[] target, Path link) throws IOException;
}
