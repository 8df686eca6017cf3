package org.qubestools.backup.restore;

import java.util.List;

/**
 * What a restore did.
 *
 * @param vms one for each VM of the plan, in its order
 * @param problems what went wrong beside that of single VMs, one line each
 * @param cancelled it was stopped before its end
 */
public record RestoreResult(List<RestoreOutcome> vms, List<String> problems, boolean cancelled) {
    public RestoreResult {
        vms = List.copyOf(vms);
        problems = List.copyOf(problems);
    }

    /** True if all that was selected is restored, or verified. */
    public boolean isGood() {
        return !cancelled
                && problems.isEmpty()
                && with(RestoreOutcome.Status.FAILED).isEmpty();
    }

    public List<RestoreOutcome> with(RestoreOutcome.Status status) {
        return vms.stream().filter(vm -> vm.status() == status).toList();
    }
}
