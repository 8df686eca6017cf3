package org.qubestools.cli.tool;

import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.Programs;
import org.qubestools.core.runtime.RunReport;
import org.qubestools.core.runtime.RunningSystem;

/** Messages on the desktop. */
final class Tray {
    private static final String PROGRAM = "/usr/bin/notify-send";

    private Tray() {}

    /** Shows a message; where that is not possible, a warning says so and nothing else happens. */
    static void tell(RunningSystem system, RunReport report, String message) {
        try {
            Programs.Outcome outcome =
                    system.host().programs().run(Programs.Command.of(PROGRAM, "--app-name=qvm-start", "--", message));
            if (outcome.status() != 0) {
                report.warn("cannot say it on the desktop: " + PROGRAM + " failed with status " + outcome.status());
            }
        } catch (QubesException e) {
            report.warn("cannot say it on the desktop: " + e.getMessage());
        }
    }
}
