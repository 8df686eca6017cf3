package org.qubestools.core;

import java.util.List;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.VmView;

/**
 * What an edit did, or would do.
 *
 * @param difference of the store
 * @param files one line for each change of a file, with paths as users know them
 * @param saved false for a dry run, and if nothing changed
 * @param problems of the store before the edit
 * @param warnings what the user may not have meant
 * @param notes what was done on the way
 * @param networkBefore running VMs whose netvm is another one now, as they were; their domains still have to follow, see
 *     {@link org.qubestools.core.runtime.NetworkAttachment#changed}
 */
public record EditOutcome(
        StoreDifference difference,
        List<String> files,
        boolean saved,
        List<Problem> problems,
        List<String> warnings,
        List<String> notes,
        List<VmView> networkBefore) {
    public EditOutcome {
        files = List.copyOf(files);
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
        networkBefore = List.copyOf(networkBefore);
    }
}
