package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.BackupContents;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;

/** Decides what becomes of each VM of a backup, before anything changes. */
public final class RestorePlanner {
    private RestorePlanner() {}

    /**
     * The plan for this host as it is now. It never fails: what is wrong is marked in it.
     *
     * @param hostUser the dom0 user; null if there is none
     */
    public static RestorePlan plan(
            VmCollection host, @Nullable String hostUser, BackupContents contents, RestoreOptions options) {
        List<Candidate> candidates = new ArrayList<>();
        for (BackupItem item : contents.items()) {
            boolean leftOut = Candidate.isHome(item) && (options.skipDom0Home() || options.paranoid());
            if (!leftOut) {
                candidates.add(candidate(item, hostUser, options));
            }
        }
        List<Candidate> vms = new ArrayList<>(candidates);
        vms.removeIf(candidate -> Candidate.isHome(candidate.item));
        if (!options.verifyOnly()) {
            NewNames.give(vms, host, options);
        }
        new References(host, contents.vms(), options, vms).settle();
        List<Candidate> ordered = RestoreOrder.of(candidates);
        Conflicts conflicts = new Conflicts(options, hostUser, ordered);
        List<PlannedVm> planned = new ArrayList<>();
        for (Candidate candidate : ordered) {
            planned.add(candidate.planned());
        }
        List<String> notes = new ArrayList<>(conflicts.notes());
        boolean homeWanted =
                !options.skipDom0Home() && candidates.size() < contents.items().size();
        if (homeWanted) {
            notes.add("the home of dom0 is left out in paranoid mode");
        }
        return new RestorePlan(planned, conflicts.stopping(), notes);
    }

    private static Candidate candidate(BackupItem item, @Nullable String hostUser, RestoreOptions options) {
        Candidate candidate = new Candidate(item);
        String name = item.vm().name();
        boolean named = options.names().isEmpty() || options.names().contains(name);
        if (!named || options.excludes().contains(name)) {
            candidate.marks.add(PlanMark.EXCLUDED);
        } else if (violation(item) != null) {
            candidate.marks.add(PlanMark.VIOLATION);
        } else if (Candidate.isHome(item)) {
            boolean mismatch =
                    !options.verifyOnly() && !Candidate.homeUser(item).equals(hostUser);
            if (mismatch) {
                candidate.marks.add(PlanMark.USERNAME_MISMATCH);
            }
            if (options.ignoreUsernameMismatch()) {
                candidate.ignoreMismatch();
            }
        }
        return candidate;
    }

    /** Why this VM cannot be restored at all; null if it can. */
    static @Nullable String violation(BackupItem item) {
        if (!item.violation().isEmpty()) {
            return item.violation();
        }
        if (item.vm().vmClass() == VmClass.DISPOSABLE) {
            return "it is a DisposableVM";
        }
        return item.vm().hasGoodName() ? null : "its name is no good one";
    }
}
