package org.qubestools.backup.restore;

import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Progress;

/**
 * How a plan is carried out, beside what is in its {@link RestoreOptions}.
 *
 * @param homeTo new directory for the home of dom0, absolute; null for its place in the home of the user
 * @param ignoreSizeLimit go on if the backup holds far more data than it says
 * @param clock tells the time and its zone for names of directories
 */
public record RestoreRun(
        RestoreOptions options,
        @Nullable Path homeTo,
        boolean ignoreSizeLimit,
        Clock clock,
        FileLayer layer,
        Progress progress,
        RestoreLog log,
        Cancellation cancellation) {}
