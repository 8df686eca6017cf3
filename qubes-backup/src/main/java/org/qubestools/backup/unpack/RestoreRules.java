package org.qubestools.backup.unpack;

import java.util.List;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.core.model.VmClass;

/**
 * Which kinds of entries a restore lets in. In a home everything is; in the directory of a VM only files, directories,
 * and links where the originals make some: they came from a system that may have been hostile.
 */
public final class RestoreRules {
    private RestoreRules() {}

    /** Throws if this entry must not be restored for this VM. */
    public static void check(BackupItem item, TarEntry entry) throws DamagedArchive {
        if (item.vm().vmClass() == VmClass.ADMIN) {
            return;
        }
        ByteName path = entry.path();
        switch (entry.type()) {
            case FILE, DIRECTORY -> {}
            case SYMLINK -> {
                if (!mayBeLink(below(item, path))) {
                    throw new DamagedArchive("'" + path + "' is a symbolic link, which is not allowed there");
                }
            }
            case HARDLINK, PIPE, CHARACTER_DEVICE, BLOCK_DEVICE ->
                throw new DamagedArchive(
                        "'" + path + "' is a " + entry.type().word() + ", which no VM has in its directory");
        }
    }

    private static List<ByteName> below(BackupItem item, ByteName path) {
        int start = item.path().length() + 1;
        return path.length() <= start ? List.of() : path.from(start).parts();
    }

    /** {@code icon.png}, and what is inside the directories of menu entries but looks like nothing else. */
    private static boolean mayBeLink(List<ByteName> parts) {
        boolean inside = !parts.isEmpty() && parts.get(0).isText("r3-files");
        List<ByteName> own = inside ? parts.subList(1, parts.size()) : parts;
        if (own.size() == 1) {
            return own.get(0).isText("icon.png");
        }
        if (own.isEmpty() || !own.get(0).startsWith("apps")) {
            return false;
        }
        ByteName last = own.get(own.size() - 1);
        return !last.endsWith(".img") && !last.endsWith(".xml") && !last.endsWith(".list");
    }
}
