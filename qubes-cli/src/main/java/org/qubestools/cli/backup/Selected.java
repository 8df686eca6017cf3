package org.qubestools.cli.backup;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.format.BackupContents;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * What of a backup a command line asks for: whole VMs, or paths inside the backup.
 *
 * @param items the VMs to read
 * @param paths prefixes of the wanted paths; empty for everything of the items
 * @param store whether the qubes.xml is wanted
 */
record Selected(List<BackupItem> items, List<String> paths, boolean store) {
    Selected {
        items = List.copyOf(items);
        paths = List.copyOf(paths);
    }

    /** NO_SUCH_VM for a word that is neither the name of a VM in the backup nor a path below one. */
    static Selected of(BackupContents contents, List<String> words) {
        if (words.isEmpty()) {
            return new Selected(contents.items(), List.of(), true);
        }
        Set<BackupItem> items = new LinkedHashSet<>();
        List<String> paths = new ArrayList<>();
        boolean store = false;
        for (String word : words) {
            String path = word.endsWith("/") ? word.substring(0, word.length() - 1) : word;
            if (path.equals("qubes.xml")) {
                store = true;
                continue;
            }
            BackupItem item = find(contents, path);
            items.add(item);
            paths.add(item.vm().name().equals(path) ? item.path() : path);
        }
        return new Selected(new ArrayList<>(items), paths, store);
    }

    private static BackupItem find(BackupContents contents, String word) {
        for (BackupItem item : contents.items()) {
            if (item.vm().name().equals(word)) {
                return item;
            }
        }
        for (BackupItem item : contents.items()) {
            if (item.owns(word)) {
                return item;
            }
        }
        throw new QubesException(
                ErrorKind.NO_SUCH_VM,
                "the backup holds no VM and no path '" + SafeText.of(word) + "'",
                "'qubes-backup list' shows what it holds");
    }

    /** True if an entry of this path was asked for. */
    boolean wants(ByteName path) {
        if (paths.isEmpty()) {
            return true;
        }
        for (String prefix : paths) {
            if (path.isText(prefix) || path.startsWith(prefix + "/")) {
                return true;
            }
        }
        return false;
    }
}
