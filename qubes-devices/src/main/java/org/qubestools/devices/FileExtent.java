package org.qubestools.devices;

import java.util.Objects;

/**
 * The part of a file whose bytes a disk has.
 *
 * @param file path of the file as it is
 * @param start first byte, from 0
 * @param length number of bytes; {@link #ALL} for everything behind the start, however long the file gets
 */
public record FileExtent(String file, long start, long length) {
    public static final long ALL = Long.MAX_VALUE;

    public FileExtent {
        Objects.requireNonNull(file);
        if (start < 0 || length < 0) {
            throw new IllegalArgumentException("an extent is not negative");
        }
    }

    /** All of a file. */
    public static FileExtent whole(String file) {
        return new FileExtent(file, 0, ALL);
    }

    /** Whether both are the same part; whether of the same file is for the caller to see. */
    public boolean isSamePart(FileExtent other) {
        return start == other.start && length == other.length;
    }

    /** Whether they share bytes, if they are of the same file. */
    public boolean overlaps(FileExtent other) {
        return start < end(other) && other.start < end(this);
    }

    private static long end(FileExtent extent) {
        return extent.length > ALL - extent.start ? ALL : extent.start + extent.length;
    }
}
