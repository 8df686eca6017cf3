package org.qubestools.core.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmName;

/** Whether commands can be run in a VM. */
public final class QrexecReadiness {
    private QrexecReadiness() {}

    /** Throws WRONG_STATE, or FAILED where there is no qrexec at all, saying why no command can be run in the VM. */
    public static void require(RunningSystem system, QubesVm vm) {
        RunningSystem.refuseDom0(vm, "asked to run a command");
        PowerState state = system.state(vm);
        if (state == PowerState.HALTED) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE, "VM '" + vm.name() + "' does not run", "start it, or give --auto");
        }
        if (state == PowerState.PAUSED || state == PowerState.SUSPENDED) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' is paused",
                    "'qvm-unpause " + vm.name() + "' lets it go on");
        }
        if (!system.traits().qubesDaemons()) {
            requireCommandPort(system, vm);
            return;
        }
        if (vm.vmClass().isHvm() && !system.view(vm).facts().qrexecInstalled()) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "HVM '" + vm.name() + "' has no qrexec agent",
                    "once it is installed, set qrexec_installed with qvm-prefs");
        }
        if (!system.marks().isQrexecConnected(vm)) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' is not connected to qrexec",
                    "wait until it has booted, or look at its log");
        }
    }

    /** Whether somebody in the VM answers there shows only when a command is sent. */
    private static void requireCommandPort(RunningSystem system, QubesVm vm) {
        for (Path socket : VmCommands.ports(system.place().paths(), new VmName(vm.name()))) {
            if (Files.exists(socket)) {
                return;
            }
        }
        throw new QubesException(
                ErrorKind.FAILED,
                "no command can be run in VM '" + vm.name() + "': this host has no qrexec (its driver is "
                        + system.traits().driver() + "), and the VM no port for commands");
    }
}
