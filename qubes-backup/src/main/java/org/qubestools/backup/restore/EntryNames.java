package org.qubestools.backup.restore;

import java.util.HashSet;
import java.util.Set;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;

/** What one VM's archives have put into its directory together: each archive alone is checked where it is read. */
final class EntryNames {
    private final Set<ByteName> directories = new HashSet<>();
    private final Set<ByteName> others = new HashSet<>();

    /** Throws if this path is taken, or is below something that is no directory. */
    void check(ByteName path, EntryType type) throws DamagedArchive {
        int slash = path.lastSlash();
        while (slash > 0) {
            ByteName parent = path.first(slash);
            if (others.contains(parent)) {
                throw new DamagedArchive("'" + path + "' is below something that is no directory");
            }
            if (!directories.add(parent)) {
                break;
            }
            slash = parent.lastSlash();
        }
        boolean free =
                type == EntryType.DIRECTORY ? !others.contains(path) : !directories.contains(path) && others.add(path);
        if (!free) {
            throw new DamagedArchive("'" + path + "' is there twice");
        }
        if (type == EntryType.DIRECTORY) {
            directories.add(path);
        }
    }
}
