package org.qubestools.cli.backup;

import java.io.OutputStream;
import org.qubestools.backup.create.BackupTarget;
import org.qubestools.backup.vm.VmBackupTarget;
import org.qubestools.core.io.SafeText;

/** A directory or command inside a VM. */
record VmTarget(VmBackupTarget target, String vm) implements BackupTarget {
    @Override
    public OutputStream stream() {
        return target.stream();
    }

    @Override
    public void finish() {
        target.finish();
    }

    @Override
    public void close() {
        target.close();
    }

    @Override
    public String shown() {
        return "VM '" + SafeText.of(vm) + "'";
    }
}
