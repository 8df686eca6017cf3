package org.qubestools.backup.archive;

/**
 * One entry of an inner archive as its headers describe it; untrusted.
 *
 * @param path without {@code ./} parts, a slash at the end or double slashes
 * @param mode twelve permission bits
 * @param mtime seconds since 1970
 * @param map where its data go; without data for everything but files
 * @param target of a link, else empty
 */
public record TarEntry(ByteName path, EntryType type, int mode, long mtime, SparseMap map, ByteName target) {
    /** Size of the file, holes included. */
    public long size() {
        return map.realSize();
    }
}
