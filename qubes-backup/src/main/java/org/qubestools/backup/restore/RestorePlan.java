package org.qubestools.backup.restore;

import java.util.List;
import java.util.Optional;

/**
 * What a restore will do.
 *
 * @param vms all VMs of the backup in the order of restoring: templates, NetVMs, ProxyVMs, others, each behind the
 *     template and the netvm it refers to, and last the home of dom0
 * @param conflicts what must be decided first, with the options that do so; unless empty, nothing may be changed
 * @param notes what the user should know besides the table
 */
public record RestorePlan(List<PlannedVm> vms, List<String> conflicts, List<String> notes) {
    public RestorePlan {
        vms = List.copyOf(vms);
        conflicts = List.copyOf(conflicts);
        notes = List.copyOf(notes);
    }

    /** The summary in R3.2's layout, with its rules and header; each line is fit for a terminal. */
    public List<String> table() {
        return RestoreTable.lines(vms);
    }

    /** Those that will be restored, the home too, in this order. */
    public List<PlannedVm> toRestore() {
        return vms.stream().filter(PlannedVm::goodToGo).toList();
    }

    /** The home of dom0 if the backup holds it and the options do not leave it out. */
    public Optional<PlannedVm> home() {
        return vms.stream().filter(PlannedVm::isHome).findFirst();
    }

    /** Bytes that all VMs to be restored took on disk, as the backup says; never more than {@link Long#MAX_VALUE}. */
    public long size() {
        long total = 0;
        for (PlannedVm vm : toRestore()) {
            long room = Long.MAX_VALUE - total;
            total += Math.min(room, vm.item().size());
        }
        return total;
    }
}
