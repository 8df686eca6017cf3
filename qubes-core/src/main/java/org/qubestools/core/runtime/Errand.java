package org.qubestools.core.runtime;

import java.time.Duration;
import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Rollback;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;

/**
 * A start of a halted VM for one piece of work alone, without network: VMs that would give it one could be based on it. It is
 * shut down again whatever comes of the work.
 */
final class Errand {
    private static final Duration SHUTDOWN = Duration.ofSeconds(60);
    private static final StartOptions QUIET = new StartOptions(false, false, false, false, false, null, null);

    private final RunningSystem system;

    Errand(RunningSystem system) {
        this.system = system;
    }

    /** Does the work in the VM while commands can be run in it; what it throws comes with why the VM still runs, if so. */
    void in(QubesVm vm, Runnable work) {
        QubesVm alone =
                system.replace(vm.with(Attributes.USES_DEFAULT_NETVM, false).with(Attributes.NETVM, "none"));
        UndoStack undo = new UndoStack();
        try {
            start(alone, undo);
            QrexecReadiness.require(system, vm);
            work.run();
        } catch (QubesException e) {
            throw Rollback.of(e, undo);
        } catch (RuntimeException | Error e) {
            Rollback.ofBug(e, undo);
            throw e;
        }
        shutDown(vm);
    }

    /** A start can fail when the VM runs already; one that somebody else has started is none of this. */
    private void start(QubesVm vm, UndoStack undo) {
        try {
            new VmStarter(system).start(vm, QUIET);
        } catch (QubesException e) {
            if (e.kind() != ErrorKind.WRONG_STATE && system.isRunning(vm)) {
                undo.push("VM '" + vm.name() + "'", () -> shutDown(vm));
            }
            throw e;
        }
        undo.push("VM '" + vm.name() + "'", () -> shutDown(vm));
    }

    /** Also for a user who wants all to end: a file system shall not be left in the middle of something. */
    private void shutDown(QubesVm vm) {
        RunReport report = system.report();
        ShutdownRun.Outcome outcome;
        try (RunningSystem patient = system.beside(system.host(), new Patient(report))) {
            outcome = new ShutdownRun(patient).await(List.of(vm), true, SHUTDOWN);
        }
        system.live(vm).refresh();
        for (QubesVm killed : outcome.killed()) {
            system.warn("VM '" + killed.name() + "' had to be killed");
        }
        for (QubesException failure : outcome.failed().values()) {
            throw failure;
        }
        if (!outcome.left().isEmpty()) {
            throw VmStopper.outlived(vm);
        }
    }

    /** Tells what happens, and does not ask whether it is wanted. */
    private record Patient(RunReport report) implements RunReport {
        @Override
        public void note(String message) {
            report.note(message);
        }

        @Override
        public void warn(String message) {
            report.warn(message);
        }
    }
}
