package org.qubestools.backup.format;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.compress.Filter;

/**
 * How a user wants a backup to be read.
 *
 * @param memory bytes that chunks and key derivations may take together
 * @param threads how many unpack
 * @param encrypted says that a format 2 archive without header is encrypted; else its first chunk tells
 * @param compressed says that a format 2 archive without header is compressed; else its first chunk tells
 * @param decoder what undoes the compression, whatever the header names; null to believe the header
 * @param weakDigests accept MD5 as authentication
 * @param anyKdfWork no limit of the work of a key derivation
 * @param tmpdir directory for chunks beyond 128 MiB
 */
public record ReadOptions(
        long memory,
        int threads,
        boolean encrypted,
        boolean compressed,
        @Nullable Filter decoder,
        boolean weakDigests,
        boolean anyKdfWork,
        Path tmpdir) {
    /** Fits a process of 768 MiB. */
    public static final long DEFAULT_MEMORY = 512L << 20;

    /** Nothing asked for, two threads. */
    public static ReadOptions standard(Path tmpdir) {
        return new ReadOptions(DEFAULT_MEMORY, 2, false, false, null, false, false, tmpdir);
    }
}
