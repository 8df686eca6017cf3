package org.qubestools.backup.archive;

import java.util.Arrays;

/** The stretches of a file that hold data, ascending and apart; everything between is a hole. Immutable. */
public final class SparseMap {
    /** More stretches than any image of a real system has; 64 MiB of memory. */
    public static final int MAX_EXTENTS = 4 << 20;

    private final long[] pairs;
    private final int count;
    private final long realSize;
    private final long stored;

    private SparseMap(long[] pairs, int count, long realSize, long stored) {
        this.pairs = pairs;
        this.count = count;
        this.realSize = realSize;
        this.stored = stored;
    }

    /** A file of {@code size} bytes without holes. */
    public static SparseMap dense(long size) {
        return new SparseMap(new long[] {0, size}, size == 0 ? 0 : 1, size, size);
    }

    public int count() {
        return count;
    }

    public long offset(int index) {
        return pairs[2 * index];
    }

    public long length(int index) {
        return pairs[2 * index + 1];
    }

    /** Size of the file, holes included. */
    public long realSize() {
        return realSize;
    }

    /** Sum of the lengths. */
    public long stored() {
        return stored;
    }

    /** True if nothing is left out. */
    public boolean isDense() {
        return stored == realSize;
    }

    /** Collects stretches in their order. */
    public static final class Builder {
        private long[] pairs = new long[16];
        private int count;
        private int entries;
        private long end;
        private long stored;

        boolean isEmpty() {
            return entries == 0;
        }

        /** Adds a stretch; an empty one marks an end and is dropped. */
        public void add(long offset, long length) throws DamagedArchive {
            entries++;
            if (offset < end || length < 0 || offset + length < offset) {
                throw new DamagedArchive("a sparse map is not in order");
            }
            if (count >= MAX_EXTENTS) {
                throw new DamagedArchive("a sparse map has more than " + MAX_EXTENTS + " entries");
            }
            end = offset + length;
            stored += length;
            if (length == 0) {
                return;
            }
            if (2 * count == pairs.length) {
                pairs = Arrays.copyOf(pairs, 2 * pairs.length);
            }
            pairs[2 * count] = offset;
            pairs[2 * count + 1] = length;
            count++;
        }

        /** The map of a file of this size, which all stretches must be inside. */
        public SparseMap build(long realSize) throws DamagedArchive {
            if (realSize < end) {
                throw new DamagedArchive("a sparse map goes beyond the end of its file");
            }
            return new SparseMap(pairs, count, realSize, stored);
        }
    }
}
