package org.qubestools.core.runtime;

import java.nio.file.Files;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmFacts;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.LazyVmm;

/** The files by which the GUI and the qrexec daemon of a VM tell that they run. */
record DaemonMarks(RealPaths paths) {
    private static final String RUN_DIR = "/var/run/qubes/";

    /** Name of the domain that shows the screen of an HVM without GUI agent. */
    static String stubOf(QubesVm vm) {
        return vm.name() + "-dm";
    }

    /** True if the number of the stub domain counts and not that of the VM. */
    static boolean needsStub(VmCollection vms, QubesVm vm) {
        return vm.vmClass().isHvm() && !new VmFacts(vms, vm, LazyVmm.offline()).guiagentInstalled();
    }

    /** Whether both daemons run that a VM of this kind has; {@code stub} is null if there is no such domain. */
    boolean areComplete(VmCollection vms, QubesVm vm, DomainSnapshot domain, @Nullable DomainSnapshot stub) {
        int guiId = stub == null ? domain.id() : stub.id();
        return Files.exists(paths.real(RUN_DIR + "guid-running." + guiId)) && hasQrexec(vms, vm);
    }

    private boolean hasQrexec(VmCollection vms, QubesVm vm) {
        boolean none = vm.vmClass().isHvm() && !new VmFacts(vms, vm, LazyVmm.offline()).qrexecInstalled();
        return none || isQrexecConnected(vm);
    }

    /** Whether the VM has connected to its qrexec daemon. */
    boolean isQrexecConnected(QubesVm vm) {
        return vm.hasGoodName() && Files.exists(paths.real(RUN_DIR + "qrexec." + vm.name()));
    }
}
