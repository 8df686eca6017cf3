package org.qubestools.core.history;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.StoreDifference.AttributeChange;
import org.qubestools.core.model.StoreDifference.VmChange;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.model.VmView;

/** What has to be looked at when a former state of the store takes the place of the one in use. */
final class StoreSwap {
    /** What a running VM cannot follow. */
    private static final Set<String> FIXED_WHILE_RUNNING =
            Set.of("name", "uuid", "dir_path", "pool_name", "template_qid", "netvm_qid", "uses_default_netvm");

    private final Draft draft;
    private final VmCollection now;
    private final VmCollection then;

    /** {@code draft} has nothing but the store in use yet, {@code then} is what it becomes. */
    StoreSwap(Draft draft, VmCollection then) {
        this.draft = draft;
        this.now = draft.vms();
        this.then = then;
    }

    /** Refuses what running VMs cannot follow, has definitions of VMs that go removed, tells of files. */
    void check(StoreDifference difference) {
        for (VmChange change : difference.vms()) {
            QubesVm old = vm(now, change);
            QubesVm next = vm(then, change);
            switch (change.kind()) {
                case ADDED -> {
                    if (next != null) {
                        tellMissing(next);
                    }
                }
                case REMOVED -> {
                    if (old != null) {
                        draft.requireHalted(old, "it would be no VM any more");
                        draft.undefine(new VmView(now, old, draft.pools(), draft::host));
                        tellLeftOver(old);
                    }
                }
                case CHANGED -> {
                    if (old != null && next != null) {
                        changed(change, old, next);
                    }
                }
            }
        }
    }

    private static @Nullable QubesVm vm(VmCollection vms, VmChange change) {
        QubesVm vm = change.qid() == 0 ? vms.dom0() : vms.byQid(change.qid());
        return vm != null && vm.vmClass() == change.vmClass() ? vm : null;
    }

    private void changed(VmChange change, QubesVm old, QubesVm next) {
        for (AttributeChange attribute : change.attributes()) {
            if (old.qid() != 0 && FIXED_WHILE_RUNNING.contains(attribute.attribute())) {
                draft.requireHalted(old, "its " + attribute.attribute() + " cannot change back");
            }
            if (attribute.attribute().equals("autostart")) {
                draft.warn("VM '" + next.name() + "': whether it starts with the host is stored, the host is not told;"
                        + " set it again with qvm-prefs " + next.name() + " autostart");
            }
        }
        if (!old.name().equals(next.name())) {
            draft.undefine(new VmView(now, old, draft.pools(), draft::host));
        }
        String before = directory(now, old);
        if (before != null && !before.equals(directory(then, next))) {
            tellLeftOver(old);
            tellMissing(next);
        }
    }

    private @Nullable String directory(VmCollection vms, QubesVm vm) {
        return new VmFiles(vms, vm, draft.pools()).directory();
    }

    private void tellMissing(QubesVm vm) {
        String directory = directory(then, vm);
        if (directory != null && vm.qid() != 0 && !exists(directory)) {
            draft.warn("VM '" + vm.name() + "': its files are missing, there is no " + directory);
        }
    }

    private void tellLeftOver(QubesVm vm) {
        String directory = directory(now, vm);
        if (directory != null && vm.qid() != 0 && exists(directory)) {
            draft.warn("VM '" + vm.name() + "': its files are left over in " + directory);
        }
    }

    private boolean exists(String directory) {
        return Files.exists(draft.real(directory), LinkOption.NOFOLLOW_LINKS);
    }
}
