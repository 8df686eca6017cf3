package org.qubestools.backup.restore;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.core.model.VmClass;

/** A {@link PlannedVm} while it is being planned. */
final class Candidate {
    private static final Set<PlanMark> MISSING =
            EnumSet.of(PlanMark.MISSING_TEMPLATE, PlanMark.MISSING_NETVM, PlanMark.MISSING_DISPVM_NETVM);

    final BackupItem item;
    final Set<PlanMark> marks = EnumSet.noneOf(PlanMark.class);
    String name;

    @Nullable
    String template;

    @Nullable
    String originalTemplate;

    @Nullable
    String templateOnHost;

    NetvmChoice netvm = NetvmChoice.NONE;

    @Nullable
    String originalNetvm;

    NetvmChoice dispvmNetvm = NetvmChoice.byDefault(null);
    private boolean isMismatchIgnored;

    Candidate(BackupItem item) {
        this.item = item;
        this.name = item.vm().name();
    }

    static boolean isHome(BackupItem item) {
        return item.vm().vmClass() == VmClass.ADMIN;
    }

    static String homeUser(BackupItem item) {
        return item.path().substring(item.path().lastIndexOf('/') + 1);
    }

    VmClass vmClass() {
        return item.vm().vmClass();
    }

    String originalName() {
        return item.vm().name();
    }

    void ignoreMismatch() {
        isMismatchIgnored = true;
    }

    boolean isGood() {
        return marks.isEmpty() || (isMismatchIgnored && marks.equals(EnumSet.of(PlanMark.USERNAME_MISMATCH)));
    }

    /** True if nothing but a missing reference can stand against it. */
    boolean isWanted() {
        return MISSING.containsAll(marks);
    }

    void forgetMissing() {
        marks.removeAll(MISSING);
        template = null;
        originalTemplate = null;
        templateOnHost = null;
        originalNetvm = null;
    }

    PlannedVm planned() {
        return new PlannedVm(
                item,
                name,
                template,
                originalTemplate,
                templateOnHost,
                netvm,
                originalNetvm,
                dispvmNetvm,
                marks,
                isGood());
    }
}
