package org.qubestools.backup.format;

import java.util.List;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;

/**
 * One VM that a backup holds.
 *
 * @param vm as stored on that system; dom0 stands for the home of its user
 * @param path where its files are in the backup, without a slash at the end: {@code vm5}, {@code appvms/work},
 *     {@code dom0-home/user}
 * @param size bytes it took on disk, as the backup says; 0 if it does not
 * @param remarks what our store cannot hold of it, and problems of its entry; one line each, fit for a terminal
 * @param violation why this VM cannot be restored at all, or empty
 */
public record BackupItem(QubesVm vm, String path, long size, List<String> remarks, String violation) {
    public BackupItem {
        remarks = List.copyOf(remarks);
    }

    /** Its name, fit for a terminal. */
    public String shownName() {
        return SafeText.of(vm.name());
    }

    /** True if a member of the outer archive (without chunk number) or a path inside the backup belongs to this VM. */
    public boolean owns(String memberPath) {
        return memberPath.equals(path) || memberPath.startsWith(path + "/");
    }
}
