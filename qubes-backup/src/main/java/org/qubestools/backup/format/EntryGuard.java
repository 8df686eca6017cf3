package org.qubestools.backup.format;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.archive.TarReader;

/** What holds for the entries of every inner archive: below its own path, no {@code ..}, no name twice. */
final class EntryGuard {
    /** More entries than any home has. */
    static final int MAX_ENTRIES = 4_000_000;

    /** Bytes of all names and of what is above them, which stay in memory. */
    static final long MAX_NAME_BYTES = 256L << 20;

    /** No file system of a Linux system has longer names. */
    private static final int MAX_PART = 255;

    private static final ByteName UP = ByteName.of("..");
    private static final ByteName EMPTY = ByteName.of("");

    private final ByteName top;
    private long nameBytes;
    private final Set<ByteName> directories = new HashSet<>();
    /** Those of {@link #directories} that only stand in the paths of others so far. */
    private final Set<ByteName> implied = new HashSet<>();

    private final Set<ByteName> others = new HashSet<>();
    private final Set<ByteName> files = new HashSet<>();

    /** The guard of the inner archive of this name; a template's ends in {@code /.}. */
    EntryGuard(String archive) {
        this.top = ByteName.of(archive.endsWith("/.") ? archive.substring(0, archive.length() - 2) : archive);
    }

    void check(TarEntry entry) throws DamagedArchive {
        ByteName path = entry.path();
        requireBelow(path);
        if (directories.size() + others.size() >= MAX_ENTRIES) {
            throw new DamagedArchive("more than " + MAX_ENTRIES + " entries");
        }
        requireDirectories(path);
        count(path);
        boolean mayRepeat = entry.type() == EntryType.DIRECTORY && implied.remove(path);
        if (!mayRepeat && (directories.contains(path) || !others.add(path))) {
            throw new DamagedArchive("'" + path + "' is there twice");
        }
        if (entry.type() == EntryType.DIRECTORY) {
            directories.add(path);
            others.remove(path);
        } else if (entry.type() == EntryType.HARDLINK) {
            requireKnownTarget(entry);
        } else if (entry.type() == EntryType.FILE) {
            files.add(path);
        }
    }

    private void requireBelow(ByteName path) throws DamagedArchive {
        List<ByteName> parts = path.parts();
        if (parts.size() > TarReader.MAX_LEVELS) {
            throw new DamagedArchive("a path of more than " + TarReader.MAX_LEVELS + " levels");
        }
        for (ByteName part : parts) {
            if (part.length() > MAX_PART) {
                throw new DamagedArchive("'" + path + "' has a part of more than " + MAX_PART + " bytes");
            }
            if (part.equals(EMPTY) || part.equals(UP) || part.hasNul()) {
                throw new DamagedArchive("the path '" + path + "' leads elsewhere");
            }
        }
        if (!path.equals(top) && !path.startsWith(top.child(EMPTY))) {
            throw new DamagedArchive("'" + path + "' does not belong into it");
        }
    }

    /** Every part above must be a directory of this archive, or not be mentioned at all. */
    private void requireDirectories(ByteName path) throws DamagedArchive {
        int slash = path.lastSlash();
        while (slash > 0) {
            ByteName parent = path.first(slash);
            if (directories.contains(parent) || parent.length() < top.length()) {
                return;
            }
            if (others.contains(parent)) {
                throw new DamagedArchive("'" + path + "' is below something that is no directory");
            }
            count(parent);
            directories.add(parent);
            implied.add(parent);
            slash = parent.lastSlash();
        }
    }

    private void count(ByteName name) throws DamagedArchive {
        nameBytes += name.length();
        if (nameBytes > MAX_NAME_BYTES) {
            throw new DamagedArchive("names of more than " + MAX_NAME_BYTES + " bytes in all");
        }
    }

    private void requireKnownTarget(TarEntry link) throws DamagedArchive {
        if (!files.contains(link.target())) {
            throw new DamagedArchive("the hard link '" + link.path() + "' leads to no file of this archive");
        }
        files.add(link.path());
    }
}
