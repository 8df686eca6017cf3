package org.qubestools.cli.tool;

import java.util.List;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.HostPrograms;

/** Messages on the desktop. */
final class Tray {
    private static final String PROGRAM = "/usr/bin/notify-send";

    private Tray() {}

    /** Shows a message; where that is not possible, a warning says so and nothing else happens. */
    static void tell(Runs runs, String message) {
        HostPrograms programs = runs.system().host().programs();
        if (!programs.isInstalled(PROGRAM)) {
            runs.warn("cannot say it on the desktop: there is no " + PROGRAM);
            return;
        }
        try {
            programs.run(List.of(PROGRAM, "--app-name=qvm-start", "--", message));
        } catch (QubesException e) {
            runs.warn("cannot say it on the desktop: " + e.getMessage());
        }
    }
}
