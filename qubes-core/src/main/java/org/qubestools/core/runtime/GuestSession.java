package org.qubestools.core.runtime;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;
import org.qubestools.core.runtime.QubesDaemons.Surroundings;

/** What the desktop session in a VM is told when its daemons run, by services through qrexec. */
final class GuestSession {
    private static final Duration QUESTION_LIMIT = Duration.ofSeconds(10);
    /** A line of {@code xrandr -q} for a monitor in use: {@code LVDS connected primary 1024x768+0+0 (normal ...}. */
    private static final String MONITOR =
            "(?m)^[A-Za-z0-9-]+ connected (?:primary )?([0-9]{1,5})x([0-9]{1,5})\\+([0-9]{1,5})\\+([0-9]{1,5})\\b";

    private final Surroundings around;
    private final String client;

    GuestSession(Surroundings around) {
        this.around = around;
        this.client = HostProgram.QREXEC_CLIENT.in(around.settings());
    }

    /** Waits until the default user has logged in, however long that takes. */
    void await(VmView vm) {
        call(vm, "root", "qubes.WaitForSession none", vm.facts().defaultUser());
    }

    /** Whether the windows of an HVM are shown among the others or on one screen. */
    void tellGuiMode(VmView vm) {
        String mode = vm.facts().seamlessGuiMode() ? "SEAMLESS" : "FULLSCREEN";
        call(vm, vm.facts().defaultUser(), "qubes.SetGuiMode dom0", mode);
    }

    /** Size and place of each monitor; nothing if none is known. */
    void tellMonitors(VmView vm) {
        StringBuilder monitors = new StringBuilder();
        Matcher line = Pattern.compile(MONITOR).matcher(monitorLines());
        while (line.find()) {
            for (int group = 1; group <= line.groupCount(); group++) {
                monitors.append(line.group(group)).append(group < line.groupCount() ? ' ' : '\n');
            }
        }
        if (!monitors.isEmpty()) {
            call(vm, vm.facts().defaultUser(), "qubes.SetMonitorLayout dom0", monitors.toString());
        }
    }

    private String monitorLines() {
        try {
            String xrandr = HostProgram.XRANDR.in(around.settings());
            return around.programs()
                    .run(Command.of(xrandr, "-q").within(QUESTION_LIMIT))
                    .untrustedOutput();
        } catch (QubesException e) {
            return "";
        }
    }

    /** A service that fails is no failure of the start: the VM runs, and may be one that does not have it. */
    private void call(VmView vm, String user, String service, String input) {
        String gui = vm.vm().vmClass().isHvm() ? "nogui:" : "";
        String command = user + ":" + gui + "QUBESRPC " + service;
        Outcome outcome = around.programs()
                .run(Command.of(client, "-d", vm.vm().name(), command).with(input));
        if (outcome.status() != 0) {
            String name = service.substring(0, service.indexOf(' '));
            around.warnings()
                    .accept("service " + name + " in VM '" + vm.vm().name() + "' ended with status "
                            + outcome.status());
        }
    }
}
