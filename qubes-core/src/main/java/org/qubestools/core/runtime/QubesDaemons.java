package org.qubestools.core.runtime;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;

/** The qrexec and GUI daemons of dom0 of Qubes. */
public final class QubesDaemons implements SessionDaemons {
    private static final String RUN_DIR = "/var/run/qubes/";
    private static final String SHARED_MEMORY = "/var/run/shm.id";

    private final Surroundings around;
    private final String qrexecDaemon;
    private final GuiCommand gui;
    private final GuestSession session;

    /**
     * What they need of the host.
     *
     * @param environment of this process: where the display is
     * @param settings other places of programs, see {@link HostProgram}
     * @param warnings gets a line for what is left out
     */
    public record Surroundings(
            RealPaths paths,
            HostUser user,
            Programs programs,
            XenStore xenStore,
            Map<String, String> environment,
            Map<String, String> settings,
            Consumer<String> warnings) {}

    public QubesDaemons(Surroundings around) {
        this.around = around;
        this.qrexecDaemon = HostProgram.QREXEC_DAEMON.in(around.settings());
        this.gui = new GuiCommand(around);
        this.session = new GuestSession(around);
    }

    @Override
    public void startQrexec(VmView vm, int domainId, boolean verbose) {
        boolean hvm = vm.vm().vmClass().isHvm();
        String id = String.valueOf(domainId);
        String user = vm.facts().defaultUser();
        if (hvm && !vm.facts().qrexecInstalled()) {
            // Nobody will connect, so it must not wait; as root it runs as root, as the original's.
            run(
                    vm,
                    "qrexec",
                    Command.of(qrexecDaemon, id, vm.vm().name(), user).with(Map.of("QREXEC_STARTUP_NOWAIT", "1")));
            return;
        }
        List<String> prefix = new ArrayList<>(around.user().prefix());
        prefix.add("env");
        prefix.add("QREXEC_STARTUP_TIMEOUT=" + vm.vm().getOr(Attributes.QREXEC_TIMEOUT, 60L));
        List<String> command = new ArrayList<>(List.of(qrexecDaemon));
        if (!verbose) {
            command.add("-q");
        }
        command.addAll(List.of(id, vm.vm().name(), user));
        run(vm, "qrexec", Command.of(command).after(prefix));
        if (hvm && vm.facts().guiagentInstalled()) {
            session.await(vm);
            session.tellGuiMode(vm);
        }
    }

    @Override
    public void startGui(VmView vm, int domainId, boolean first, GuiMode mode) {
        boolean hvm = vm.vm().vmClass().isHvm();
        if (hvm != first || !canShow(vm)) {
            return;
        }
        if (hvm) {
            startHvmGui(vm, domainId, mode);
        } else {
            run(vm, "GUI", gui.of(vm, domainId, List.of(), mode));
        }
        if (isQrexecConnected(vm.vm())) {
            session.tellMonitors(vm);
            session.await(vm);
        }
    }

    /** The screen that the stub domain emulates, until the agent in the VM connects, and the daemon for that agent. */
    private void startHvmGui(VmView vm, int domainId, GuiMode mode) {
        int stub = stubOf(vm, domainId);
        boolean debug = vm.vm().is(Attributes.DEBUG);
        if (!vm.facts().guiagentInstalled() || debug) {
            run(vm, "GUI", gui.ofStub(vm, stub, domainId, mode));
        }
        List<String> extra = new ArrayList<>(List.of("-Q", "-n"));
        Long stubDaemon = debug ? null : gui.pidOfDaemon(stub);
        if (stubDaemon != null) {
            extra.addAll(List.of("-K", String.valueOf(stubDaemon)));
        }
        run(vm, "GUI", gui.of(vm, domainId, extra, mode));
    }

    private int stubOf(VmView vm, int domainId) {
        String untrusted = around.xenStore()
                .readUntrusted("/local/domain/" + domainId + "/image/device-model-domid")
                .orElse("");
        if (!untrusted.matches("[0-9]{1,9}")) {
            throw new QubesException(
                    ErrorKind.FAILED, "VM '" + vm.vm().name() + "' has no stub domain whose screen could be shown");
        }
        return Integer.parseInt(untrusted);
    }

    @Override
    public void tellGuiMode(VmView vm) {
        session.tellGuiMode(vm);
    }

    @Override
    public void stopGui(VmView vm, int domainId) {
        Long process = gui.pidOfDaemon(domainId);
        if (process != null) {
            ProcessHandle.of(process).ifPresent(ProcessHandle::destroy);
        }
    }

    private boolean canShow(VmView vm) {
        String reason = null;
        if (around.environment().getOrDefault("DISPLAY", "").isEmpty()) {
            reason = "there is no X display (DISPLAY is not set)";
        } else if (!Files.exists(around.paths().real(SHARED_MEMORY))) {
            reason = SHARED_MEMORY + " is missing: the X server runs without Qubes' shared memory";
        }
        if (reason != null) {
            around.warnings().accept("no GUI daemon for VM '" + vm.vm().name() + "': " + reason);
        }
        return reason == null;
    }

    private boolean isQrexecConnected(QubesVm vm) {
        return Files.exists(around.paths().real(RUN_DIR + "qrexec." + vm.name()));
    }

    private void run(VmView vm, String what, Command command) {
        Outcome outcome = around.programs().run(command);
        if (outcome.status() != 0) {
            String line = outcome.untrustedErrors().strip();
            String said = line.isEmpty() ? "" : ": " + SafeText.of(line.substring(line.lastIndexOf('\n') + 1));
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot start the " + what + " daemon of VM '" + vm.vm().name() + "': " + command.program()
                            + " ended with status " + outcome.status() + said);
        }
    }
}
