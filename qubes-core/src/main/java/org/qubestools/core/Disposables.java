package org.qubestools.core;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.edit.CreateDisposable;
import org.qubestools.core.edit.RemoveVms;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.runtime.DispIds;
import org.qubestools.core.runtime.DisposableMark;
import org.qubestools.core.runtime.DisposableRemains;
import org.qubestools.core.runtime.RunningSystem;

/**
 * DisposableVMs that this process uses, each from its entry in the store to the end of all that it had. One that is left
 * behind, by a process that was killed, is cleared away by the next.
 */
public final class Disposables implements AutoCloseable {
    private final Qubes qubes;
    private final RunningSystem system;
    private final DispIds numbers;
    private final Map<String, DisposableMark> marks = new HashMap<>();

    Disposables(Qubes qubes, RunningSystem system, DispIds numbers) {
        this.qubes = qubes;
        this.system = system;
        this.numbers = numbers;
    }

    /** Clears away what nobody uses any more; a failure with one is warned of, and the others go on. */
    public void clearAbandoned() {
        for (QubesVm vm : system.vms().inDocumentOrder()) {
            if (vm.vmClass() == VmClass.DISPOSABLE && vm.hasGoodName()) {
                try {
                    clearIfAbandoned(vm);
                } catch (QubesException e) {
                    if (e.kind() == ErrorKind.VMM_UNREACHABLE || e.kind() == ErrorKind.CANCELLED) {
                        throw e;
                    }
                    system.warn("DisposableVM '" + vm.name() + "' is left behind: " + e.getMessage());
                }
            }
        }
    }

    private void clearIfAbandoned(QubesVm vm) {
        DisposableRemains remains = new DisposableRemains(system);
        if (!remains.areAbandoned(vm)) {
            return;
        }
        try (DisposableMark mark = DisposableMark.take(qubes.config(), vm.name())) {
            marks.put(vm.name(), mark);
            discard(vm);
            system.warn("DisposableVM '" + vm.name() + "' was left behind and is gone now");
        } catch (QubesException e) {
            if (e.kind() != ErrorKind.IN_USE) { // by the process that made it
                throw e;
            }
        } finally {
            marks.remove(vm.name());
        }
    }

    /**
     * Adds a DisposableVM to the store, for this process to start and to {@link #discard}.
     *
     * @param origin name of the VM that it is a copy of
     */
    public QubesVm create(String origin, Label label) {
        Naming naming = new Naming();
        boolean saved = false;
        try {
            qubes.edit(List.of(new CreateDisposable(origin, label, naming)), false);
            saved = true;
        } finally {
            if (!saved) {
                naming.takeBack();
            }
        }
        system.adopt(qubes.load().vms());
        return system.vms().require(naming.name);
    }

    /** Takes a number, and marks the VM with its name as used before anybody else can see it in the store. */
    private final class Naming implements CreateDisposable.Numbers {
        private String name = "";

        @Override
        public long take(VmCollection vms) {
            long number = numbers.take(vms);
            name = DispIds.name(number);
            marks.put(name, DisposableMark.take(qubes.config(), name));
            return number;
        }

        void takeBack() {
            DisposableMark mark = marks.remove(name);
            if (mark != null) {
                mark.remove();
            }
        }
    }

    /** Ends the VM and removes all that it had; what cannot be removed now, the next process will find. */
    public void discard(QubesVm vm) {
        new DisposableRemains(system).clear(vm);
        try {
            qubes.edit(List.of(new RemoveVms(List.of(vm.name()), false, true)), false);
        } catch (QubesException e) {
            if (e.kind() != ErrorKind.NO_SUCH_VM) { // somebody has removed it
                throw e;
            }
        }
        DisposableMark mark = marks.remove(vm.name());
        if (mark != null) {
            mark.remove();
        }
    }

    /** Gives up the VMs that were not discarded. */
    @Override
    public void close() {
        for (DisposableMark mark : marks.values()) {
            mark.close();
        }
        marks.clear();
    }
}
