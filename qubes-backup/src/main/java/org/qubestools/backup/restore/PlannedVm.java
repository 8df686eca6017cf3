package org.qubestools.backup.restore;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.BackupItem;

/**
 * One VM of the backup and what shall become of it. Texts are as in the backup, so those that are not names of VMs to
 * be restored may be anything.
 *
 * @param item the VM as it is in the backup
 * @param name the name it gets on the host
 * @param template name of the template it gets, on the host once that is restored; null for none
 * @param originalTemplate the template it had, if it gets the host's default for want of that; else null
 * @param templateOnHost a template of the host that can stand in if the one in the backup fails; else null
 * @param netvm the netvm it gets; without meaning for a VM that is not restored
 * @param originalNetvm the netvm it had, if it gets the host's default for want of that; else null
 * @param dispvmNetvm the netvm of DisposableVMs it starts; the default is its own one
 * @param marks what stands against it
 * @param goodToGo it will be restored, or verified
 */
public record PlannedVm(
        BackupItem item,
        String name,
        @Nullable String template,
        @Nullable String originalTemplate,
        @Nullable String templateOnHost,
        NetvmChoice netvm,
        @Nullable String originalNetvm,
        NetvmChoice dispvmNetvm,
        Set<PlanMark> marks,
        boolean goodToGo) {
    public PlannedVm {
        marks = Set.copyOf(marks);
    }

    public boolean has(PlanMark mark) {
        return marks.contains(mark);
    }

    public String originalName() {
        return item.vm().name();
    }

    public boolean isRenamed() {
        return !name.equals(originalName());
    }

    /** True for the home of the dom0 user. */
    public boolean isHome() {
        return Candidate.isHome(item);
    }

    /** The user whose home this is: the last part of its path in the backup. */
    public String homeUser() {
        return Candidate.homeUser(item);
    }
}
