package org.qubestools.backup.restore;

import java.io.IOException;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.ContentSink;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;

/** Where the entries of VMs go; paths are those below the directory of the VM, empty for itself. */
interface Unpacked {
    /** Only reads what it is given. */
    Unpacked NOWHERE = new Unpacked() {
        @Override
        public void file(BackupItem item, ByteName path, TarEntry entry, int mode, ArchiveHandler.Content content)
                throws IOException {
            content.to(ContentSink.NOWHERE);
        }

        @Override
        public void directory(BackupItem item, ByteName path, int mode, long mtime) {}

        @Override
        public boolean symlink(BackupItem item, ByteName path, ByteName target, long mtime) {
            return true;
        }

        @Override
        public void hardLink(BackupItem item, ByteName path, ByteName existing) {}

        @Override
        public void settle(BackupItem item) {}

        @Override
        public void drop(BackupItem item) {}
    };

    void file(BackupItem item, ByteName path, TarEntry entry, int mode, ArchiveHandler.Content content)
            throws IOException;

    void directory(BackupItem item, ByteName path, int mode, long mtime) throws IOException;

    /** False if the target lost slashes that lead nowhere else, see {@code TreeWriter}. */
    boolean symlink(BackupItem item, ByteName path, ByteName target, long mtime) throws IOException;

    void hardLink(BackupItem item, ByteName path, ByteName existing) throws IOException;

    /** What is there of this VM is sound. */
    void settle(BackupItem item);

    /** Nothing of this VM is needed any more. */
    void drop(BackupItem item);
}
