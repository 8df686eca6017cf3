package org.qubestools.backup.restore;

import java.util.List;

/**
 * What became of one VM.
 *
 * @param status how it ended
 * @param file the inner archive that is at fault, as the outer one names it; empty if it is no single one
 * @param chunk number of the chunk at fault; -1 if it is no single one
 * @param reason why it is not restored, one line fit for a terminal that names the VM; else empty
 * @param losses what of a restored VM is not as it was, a phrase each
 */
public record RestoreOutcome(PlannedVm vm, Status status, String file, int chunk, String reason, List<String> losses) {
    /** How it ended. */
    public enum Status {
        RESTORED,
        /** All of it is authentic, complete and sound; nothing was written. */
        VERIFIED,
        FAILED,
        /** The user or the plan left it out. */
        LEFT_OUT,
        /** The work was cancelled before. */
        NOT_REACHED
    }

    public RestoreOutcome {
        losses = List.copyOf(losses);
    }
}
