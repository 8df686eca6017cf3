package org.qubestools.core.runtime;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;

/** Where a VM's domain comes from: DisposableVMs are restored where there are saved images, else booted as all others. */
final class DisposableStart {
    private final RunningSystem system;

    DisposableStart(RunningSystem system) {
        this.system = system;
    }

    /** Whether the VM is restored, as far as the driver can. */
    boolean isRestored(QubesVm vm) {
        return vm.vmClass() == VmClass.DISPOSABLE && new DisposableImage(system).isOfUse();
    }

    /** Makes the images that a VM boots from. The private one of a DisposableVM is a copy, taken while nobody writes to it. */
    void prepareImages(QubesVm vm, UndoStack undo, Consumer<String> warnings) {
        QubesVm origin = origin(vm);
        if (origin == null) {
            prepare(vm, undo, warnings);
            return;
        }
        try (Turns.Turn turn = system.turns().on(origin);
                StartLocks.Held lock = system.locks().await(origin, system.report(), system.time())) {
            if (system.isRunning(origin)) {
                throw new QubesException(
                        ErrorKind.IN_USE,
                        "VM '" + vm.name() + "' cannot start while '" + origin.name()
                                + "', which it is a copy of, runs",
                        "shut that down first");
            }
            prepare(vm, undo, warnings);
        }
    }

    private void prepare(QubesVm vm, UndoStack undo, Consumer<String> warnings) {
        system.images().prepare(system.view(vm), system.traits().templateRoot(), undo, warnings);
    }

    private @Nullable QubesVm origin(QubesVm vm) {
        QubesVm template = system.vms().template(vm).vm();
        return vm.vmClass() != VmClass.DISPOSABLE || template == null
                ? null
                : system.vms().byName(template.name() + "-dvm");
    }
}
