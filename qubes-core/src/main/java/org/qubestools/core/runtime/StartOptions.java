package org.qubestools.core.runtime;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.DriveSpec;

/**
 * How a VM is started; all but {@code verbose} and {@code gui} is for that VM alone, not for the NetVMs that it needs.
 *
 * @param verbose the daemons say what they do
 * @param gui the GUI daemon is started
 * @param preparingDisposable it starts to be saved as the image of DisposableVMs
 * @param debug as if its property {@code debug} were set
 * @param skipIfRunning a VM that runs is no error
 * @param drive the drive of this start only; null for the stored one
 * @param customConfig real path of a text that defines the domain; null for the ordinary definition
 */
public record StartOptions(
        boolean verbose,
        boolean gui,
        boolean preparingDisposable,
        boolean debug,
        boolean skipIfRunning,
        @Nullable DriveSpec drive,
        @Nullable Path customConfig) {
    /** A quiet start with everything that belongs to a VM. */
    public static final StartOptions ORDINARY = new StartOptions(false, true, false, false, false, null, null);

    /** The options for a NetVM that is started because this VM needs it. */
    StartOptions forNetvm() {
        return new StartOptions(verbose, gui, false, false, true, null, null);
    }
}
