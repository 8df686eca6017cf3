package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmName;

/** Sets the clocks of dom0 and of all running VMs by that of the ClockVM, one run at a time on a host. */
public final class ClockSync {
    private static final String LOCK = "/var/run/qubes/qvm-sync-clock.lock";
    private static final int MAX_ANSWER = 100;
    private static final Pattern DATE =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\+00:?00");

    private final RunningSystem system;
    private final QrexecClient qrexec;

    public ClockSync(RunningSystem system, QrexecClient qrexec) {
        this.system = system;
        this.qrexec = qrexec;
    }

    /**
     * Does it.
     *
     * @param force go on if the ClockVM could not ask for the time
     * @param notes gets a line for each step
     * @return why the clocks of single VMs were not set
     * @throws QubesException IN_USE if another run is at work; WRONG_STATE or FAILED if dom0's clock was not set
     */
    public List<QubesException> run(boolean force, Consumer<String> notes) {
        Path lock = system.place().paths().real(LOCK);
        try (RunLock held = RunLock.take(lock, "the clocks are being set already")) {
            QubesVm clockVm = clockVm();
            notes.accept("asking VM '" + clockVm.name() + "' for the time");
            synchronise(clockVm, force);
            String date = date(clockVm);
            notes.accept("setting the clock of dom0 to " + date);
            setOwn(date);
            List<QubesException> failures = new ArrayList<>();
            for (QubesVm vm : system.vms().byQidOrder()) {
                boolean other = vm.qid() > 0 && vm.key() != clockVm.key();
                if (other && system.isRunning(vm)) {
                    system.report().requireWanted();
                    notes.accept("setting the clock of VM '" + vm.name() + "'");
                    set(vm, date, failures);
                }
            }
            return failures;
        }
    }

    private QubesVm clockVm() {
        QubesVm clockVm = system.vms().globals().clockvm();
        if (clockVm == null || clockVm.qid() == 0) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE, "there is no ClockVM", "set one with qubes-prefs clockvm NAME");
        }
        QrexecReadiness.require(system, clockVm);
        QubesVm at = clockVm;
        for (int i = 0; at != null && i <= QubesVm.MAX_ID; i++) {
            if (at.qid() == 0) {
                throw new QubesException(
                        ErrorKind.WRONG_STATE,
                        "the network of the ClockVM '" + clockVm.name() + "' is dom0, which has none",
                        "set another ClockVM with qubes-prefs clockvm NAME");
            }
            at = system.netvm(at);
        }
        return clockVm;
    }

    private void synchronise(QubesVm clockVm, boolean force) {
        int status = call(clockVm, QrexecCommand.service("qubes.SyncNtpClock", "dom0"), "root", "")
                .status();
        if (status != 0 && !force) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the ClockVM '" + clockVm.name() + "' could not ask for the time (status " + status + ")",
                    "has it network? --force takes its clock as it is");
        }
    }

    private String date(QubesVm clockVm) {
        String untrusted = call(clockVm, "date -u -Iseconds", user(clockVm), "")
                .untrustedOutput()
                .strip();
        if (!DATE.matcher(untrusted).matches()) {
            throw new QubesException(
                    ErrorKind.FAILED, "what the ClockVM '" + clockVm.name() + "' says is no time in UTC");
        }
        return untrusted;
    }

    private String user(QubesVm vm) {
        return system.view(vm).facts().defaultUser();
    }

    private void setOwn(String date) {
        require(
                "date",
                system.host().programs().run(Programs.Command.of("sudo", "date", "-u", "-Iseconds", "-s", date)));
        require("hwclock", system.host().programs().run(Programs.Command.of("sudo", "hwclock", "--systohc")));
    }

    private static void require(String program, Programs.Outcome outcome) {
        if (outcome.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the clock of dom0 could not be set: " + program + " ended with status " + outcome.status(),
                    "may you use sudo?");
        }
    }

    private void set(QubesVm vm, String date, List<QubesException> failures) {
        try {
            QrexecReadiness.require(system, vm);
            int status = call(vm, QrexecCommand.service("qubes.SetDateTime", "dom0"), "root", date + "\n")
                    .status();
            if (status != 0) {
                throw new QubesException(ErrorKind.FAILED, "it ended with status " + status);
            }
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.CANCELLED || e.kind() == ErrorKind.VMM_UNREACHABLE) {
                throw e;
            }
            failures.add(new QubesException(
                    e.kind(), "the clock of VM '" + vm.name() + "' was not set: " + e.getMessage(), null, e));
        }
    }

    private record Answer(int status, String untrustedOutput) {}

    private Answer call(QubesVm vm, String command, String user, String input) {
        QrexecCommand wanted = new QrexecCommand(new VmName(vm.name()), user, command, null, false, false);
        try (QrexecCall call = qrexec.call(wanted)) {
            if (!input.isEmpty()) {
                call.input().write(input.getBytes(StandardCharsets.US_ASCII));
                call.input().flush();
            }
            call.endInput();
            InputStream from = call.output();
            String said = new String(from.readNBytes(MAX_ANSWER), StandardCharsets.US_ASCII);
            call.ignoreOutput();
            return new Answer(call.awaitExit(), said);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the connection to VM '" + vm.name() + "' broke: " + IoReason.of(e),
                    "is qrexec there?",
                    e);
        }
    }
}
