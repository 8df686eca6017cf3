package org.qubestools.core.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.storage.VolatileImages;

/** Volatile images made by Qubes' program, where that is installed. */
public final class PreparedVolatiles implements VolatileImages {
    private final Programs programs;
    private final String program;

    /** {@code settings}: may name another place of the program, see {@link HostProgram}. */
    public PreparedVolatiles(Programs programs, Map<String, String> settings) {
        this.programs = programs;
        this.program = HostProgram.PREPARE_VOLATILE.in(settings);
    }

    @Override
    public boolean make(Path image, long rootMib) {
        if (!Files.isExecutable(Path.of(program))) {
            return false;
        }
        Programs.Outcome outcome =
                programs.run(Programs.Command.of(program, image.toString(), String.valueOf(rootMib)));
        if (outcome.status() != 0) {
            String said = outcome.untrustedErrors().strip();
            throw new QubesException(
                    ErrorKind.FAILED,
                    program + " failed with status " + outcome.status()
                            + (said.isEmpty() ? "" : ": " + SafeText.of(said.substring(said.lastIndexOf('\n') + 1))));
        }
        return true;
    }
}
