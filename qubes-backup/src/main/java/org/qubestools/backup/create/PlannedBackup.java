package org.qubestools.backup.create;

import java.util.List;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;

/**
 * One VM as it goes into a backup.
 *
 * @param vm as stored; dom0 stands for the home of its user
 * @param path what {@code backup_path} will say, without a slash at the end
 * @param files its inner archives in their order
 * @param storedSize what {@code backup_size} will say, bytes
 * @param running it runs now, which forbids the backup
 */
public record PlannedBackup(QubesVm vm, String path, List<PlannedFile> files, long storedSize, boolean running) {
    public PlannedBackup {
        files = List.copyOf(files);
    }

    /** Bytes on disk of all that is archived. */
    public long size() {
        long total = 0;
        for (PlannedFile file : files) {
            total = Math.addExact(total, file.size());
        }
        return total;
    }

    public boolean isHome() {
        return vm.vmClass() == VmClass.ADMIN;
    }
}
