package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.model.VmName;
import org.qubestools.core.vmm.DomainKey;

/** What a DisposableVM has beside its entry in the store: its domain, its database, its files. */
public final class DisposableRemains {
    private final RunningSystem system;

    public DisposableRemains(RunningSystem system) {
        this.system = system;
    }

    /**
     * Whether nobody wants the VM any more, once no process uses it: those of these tools go, and those of others that do
     * not run.
     */
    public boolean areAbandoned(QubesVm vm) {
        return DisposableMark.exists(system.place().paths(), vm.name()) || !system.isRunning(vm);
    }

    /** Ends the domain at once and deletes the files; what is not there is fine. */
    public void clear(QubesVm vm) {
        if (system.isRunning(vm)) {
            system.vmm().destroy(DomainKey.of(system.now(vm)));
        }
        new VmStopper(system).ended(vm);
        VmFiles files = system.view(vm).files();
        List<@Nullable String> own =
                Arrays.asList(files.rootOverlay(), files.ownPrivateImage(), files.ownVolatileImage(), files.config());
        for (String file : own) {
            if (file != null) {
                delete(system.place().paths().real(file), file);
            }
        }
        for (Path socket : VmCommands.ports(system.place().paths(), new VmName(vm.name()))) {
            delete(PortLock.of(socket), String.valueOf(socket));
        }
    }

    private void delete(Path path, String file) {
        try {
            if (Files.exists(path)) {
                system.place().layer().delete(path);
            }
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot delete " + file + ": " + IoReason.of(e), IoReason.advice(e), e);
        }
    }
}
