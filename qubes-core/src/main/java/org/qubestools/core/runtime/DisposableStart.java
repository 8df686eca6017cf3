package org.qubestools.core.runtime;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.vmm.DomainSpec;

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

    /**
     * Restores the domain, paused; its number, or empty if the driver cannot do that. They are all saved with the name of one
     * volatile image: each finds a file of its own behind it, as it was saved, and keeps it when the next one gets another.
     */
    OptionalInt restore(QubesVm vm, StartedDomain domain) {
        QubesVm template = Objects.requireNonNull(system.vms().template(vm).vm());
        QubesVm origin = Objects.requireNonNullElse(origin(vm), template);
        DisposableImage image = new DisposableImage(system);
        try (Turns.Turn turn = system.turns().on(origin);
                StartLocks.Held lock = system.locks().await(origin, system.report(), system.time())) {
            image.requireUsable(vm);
            image.volatileOf(vm).unpack();
            DomainSpec spec = new DomainSpec(Objects.requireNonNull(vm.get(Attributes.UUID)), system.view(vm));
            return domain.restore(spec, image.current());
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
