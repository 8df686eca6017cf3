package org.qubestools.core.runtime;

import java.util.function.Consumer;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmName;
import org.qubestools.core.storage.FirewallFile;

/** Rules of firewalls that expire: a ProxyVM has them until it is told anew, which a timer of systemd sees to. */
public final class ExpiringRules {
    private final RunningSystem system;
    private final Consumer<String> notes;

    /** {@code notes} gets a line where nothing sees to it. No failure of a timer is one of what it is started for. */
    public ExpiringRules(RunningSystem system, Consumer<String> notes) {
        this.system = system;
        this.notes = notes;
    }

    /** Has the timer of a VM run as long as the VM has such rules. */
    public void follow(QubesVm vm) {
        if (hasAny(vm)) {
            watch(vm);
        } else {
            forget(vm.name());
        }
    }

    /** The same for a VM that gets another ProxyVM: the timer of one without such rules is left alone. */
    void watch(QubesVm vm) {
        if (hasAny(vm) && VmName.reasonAgainst(vm.name()) == null) {
            system.host()
                    .timers()
                    .start(new VmName(vm.name()))
                    .ifPresent(reason -> notes.accept("when rules of VM '"
                            + vm.name() + "' expire its ProxyVM keeps them until 'qvm-firewall -r " + vm.name() + "': "
                            + reason));
        }
    }

    /** Ends the timer of a VM that has no such rules, or is gone. */
    public void forget(String vm) {
        if (VmName.reasonAgainst(vm) == null) {
            system.host()
                    .timers()
                    .stop(new VmName(vm))
                    .ifPresent(reason ->
                            notes.accept("the timer for rules of VM '" + vm + "' that expire goes on: " + reason));
        }
    }

    /** Damaged rules deny everything, which does not expire. */
    private boolean hasAny(QubesVm vm) {
        try {
            return FirewallFile.read(
                            system.place().paths(),
                            system.view(vm),
                            system.place().clock().instant())
                    .expires();
        } catch (QubesException e) {
            return false; // said where the rules are told
        }
    }
}
