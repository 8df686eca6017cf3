package org.qubestools.core.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;
import org.qubestools.core.vmm.VmmTraits;

/** Timers of systemd, one for each VM, that run {@code qvm-firewall -r} again and again. */
public final class FirewallTimers {
    private static final String UNIT = "qubes-reload-firewall@";
    private static final String TIMER = ".timer";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final SystemdUnits units;
    private final Programs programs;
    private final @Nullable List<String> asRoot;
    private final String systemctl;

    private FirewallTimers(
            SystemdUnits units, Programs programs, @Nullable List<String> asRoot, Map<String, String> settings) {
        this.units = units;
        this.programs = programs;
        this.asRoot = asRoot;
        this.systemctl = HostProgram.SYSTEMCTL.in(settings);
    }

    /** Those of a host: root's, which the user of dom0 may start through sudo. Elsewhere VMs of users are not root's. */
    public static FirewallTimers of(VmmTraits traits, HostServices.Surroundings around, Programs programs) {
        List<String> sudo = traits.qubesDaemons() ? List.of("sudo", "-n", "--") : null;
        return new FirewallTimers(
                new SystemdUnits(around.paths()), programs, around.root() ? List.of() : sudo, around.settings());
    }

    /** Starts the one of a VM, if it does not run; tells why it does not, if so. */
    Optional<String> start(VmName vm) {
        if (!units.isRunning()) {
            return Optional.of("systemd does not run here");
        }
        if (!units.has(UNIT + TIMER)) {
            return Optional.of("the unit " + UNIT + TIMER + " is not installed");
        }
        if (asRoot == null) {
            return Optional.of("only root has timers that see its VMs");
        }
        List<String> words = new ArrayList<>(asRoot);
        words.addAll(List.of(systemctl, "start", UNIT + vm.value() + TIMER));
        return run(words);
    }

    /** Ends the one of a VM, if there can be one and we are root; else it finds out itself that it is needed no more. */
    Optional<String> stop(VmName vm) {
        boolean mayRun = asRoot != null && asRoot.isEmpty() && units.isRunning() && units.has(UNIT + TIMER);
        return mayRun ? run(List.of(systemctl, "stop", UNIT + vm.value() + TIMER)) : Optional.empty();
    }

    private Optional<String> run(List<String> words) {
        try {
            Outcome outcome = programs.run(Command.of(words).within(LIMIT));
            return outcome.status() == 0
                    ? Optional.empty()
                    : Optional.of(words.get(0) + " ended with status " + outcome.status() + ": "
                            + SafeText.of(outcome.untrustedErrors().strip()));
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.CANCELLED) {
                throw e;
            }
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
