package org.qubestools.backup.create;

import org.qubestools.backup.pipeline.PartBuffer;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * How a job shares its memory between key derivations and chunks.
 *
 * @param all bytes that both may take together
 * @param threads how many compress
 */
record JobMemory(WriteFormat format, long all, int threads) {
    /**
     * Bytes of the next chunk there is room for while a complete one waits for its key. Sending is faster than compressing
     * and frees memory as it goes; more would be more pages to take from the system, and not faster.
     */
    private static final long AHEAD = 32 << 20;

    /** FAILED if not even one derivation and one chunk fit. */
    void requireEnough() {
        long needed = format.isV4() ? format.cost().memory() + leastForChunks() : 0;
        if (needed > all) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the key derivation asked for needs " + (needed >> 20) + " MiB of memory together with a chunk",
                    "give more with --memory, or a lower --scrypt-cost");
        }
    }

    /** How many keys are derived at once: as many as threads compress, if there is memory beside one chunk. */
    int derivationsAtOnce() {
        long most = (all - leastForChunks()) / format.cost().memory();
        return (int) Math.min(threads, most);
    }

    /** Bytes for all derivations. */
    long derivations() {
        return format.isV4() ? derivationsAtOnce() * format.cost().memory() : 0;
    }

    /** Bytes for chunks. */
    long chunks() {
        long room = Math.min(all - derivations(), leastForChunks() + AHEAD);
        return Math.max(leastForChunks(), room);
    }

    private long leastForChunks() {
        int largestChunk = Math.max(format.chunkSize(), PartPacker.MOST_OF_STORE);
        return Math.min(PartBuffer.MEMORY_LIMIT, largestChunk) + 2L * SegmentPool.SEGMENT;
    }
}
