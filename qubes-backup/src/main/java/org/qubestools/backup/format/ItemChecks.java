package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmName;

/**
 * Checks who a backup claims to hold, before anything else is done with it (section 13.3 of the format notes).
 *
 * <p>What could make one VM pass for another refuses the whole backup; anything else fails the one VM.
 */
final class ItemChecks {
    private final VmCollection vms;
    private final List<Candidate> candidates;

    private ItemChecks(VmCollection vms, List<Candidate> candidates) {
        this.vms = vms;
        this.candidates = candidates;
    }

    /** The candidates as items in the same order; CORRUPT_BACKUP if the backup must be refused. */
    static List<BackupItem> items(VmCollection vms, List<Candidate> candidates) {
        return new ItemChecks(vms, candidates).checked();
    }

    private List<BackupItem> checked() {
        Set<Integer> qids = new HashSet<>();
        Set<String> names = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (Candidate candidate : candidates) {
            QubesVm vm = candidate.vm();
            identity(vm);
            if (!qids.add(vm.qid()) || vms.isDuplicateQid(vm)) {
                throw Refusal.because("two VMs have the qid " + vm.qid());
            }
            if (!names.add(vm.name()) || vms.isDuplicateName(vm)) {
                throw Refusal.because("two VMs have the name '" + vm.name() + "'");
            }
            String path = candidate.untrustedPath();
            if (!path.isEmpty() && !paths.add(path)) {
                throw Refusal.because("two VMs have the path '" + SafeText.of(path) + "'");
            }
        }
        List<BackupItem> items = new ArrayList<>(candidates.size());
        for (Candidate candidate : candidates) {
            items.add(item(candidate));
        }
        return items;
    }

    private static void identity(QubesVm vm) {
        if (vm.vmClass() == VmClass.ADMIN) {
            return;
        }
        String reason = VmName.reasonAgainst(vm.name());
        if (reason != null) {
            throw Refusal.because("the name '" + SafeText.of(vm.name()) + "' is not usable: " + reason);
        }
        if (vm.qid() == QubesVm.NO_QID) {
            throw unusableQid(vm);
        }
    }

    private static QubesException unusableQid(QubesVm vm) {
        return Refusal.because("the qid of VM '" + vm.name() + "' is not a number from 1 to " + QubesVm.MAX_ID);
    }

    private BackupItem item(Candidate candidate) {
        String pathReason = pathReason(candidate);
        String violation = candidate.violation();
        if (violation.isEmpty() && candidate.vm().vmClass() == VmClass.DISPOSABLE) {
            violation = "a DisposableVM is never part of a backup";
        }
        if (violation.isEmpty() && pathReason != null) {
            violation = pathReason;
        }
        Long size = candidate.size();
        if (violation.isEmpty() && size == null) {
            violation = "its size in the backup is not a number";
        }
        String path = pathReason == null ? candidate.untrustedPath() : "";
        return new BackupItem(candidate.vm(), path, size == null ? 0 : size, candidate.remarks(), violation);
    }

    private @Nullable String pathReason(Candidate candidate) {
        String path = candidate.untrustedPath();
        QubesVm vm = candidate.vm();
        String shape = BackupPath.reasonAgainst(path);
        if (shape != null) {
            return shape;
        }
        if (vm.vmClass() == VmClass.ADMIN) {
            return BackupPath.isHome(path) ? null : "its path in the backup is not that of a home";
        }
        if (BackupPath.isReserved(path)) {
            return "its path in the backup belongs to something else";
        }
        for (Candidate other : candidates) {
            if (other.untrustedPath().startsWith(path + "/")) {
                return "its path in the backup holds that of VM '" + other.vm().name() + "'";
            }
        }
        return null;
    }
}
