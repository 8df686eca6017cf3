package org.qubestools.core.edit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;

/** Running VMs that get another netvm by an edit, which they follow once it is saved. */
final class NetworkMoves {
    private final List<VmView> before = new ArrayList<>(0);

    /** The VM as it was before one change of its netvm. */
    void add(VmView vm) {
        before.add(vm);
    }

    int size() {
        return before.size();
    }

    void rollBack(int size) {
        before.subList(size, before.size()).clear();
    }

    /** Those whose netvm is another one in {@code after}, as they were before their first change. */
    List<VmView> moved(VmCollection after) {
        List<VmView> moved = new ArrayList<>(0);
        List<Integer> seen = new ArrayList<>(0);
        for (VmView vm : before) {
            int key = vm.vm().key();
            QubesVm kept = seen.contains(key) ? null : after.findKey(key);
            seen.add(key);
            if (kept != null
                    && !isSame(vm.vms().netvm(vm.vm()).vm(), after.netvm(kept).vm())) {
                moved.add(vm);
            }
        }
        return moved;
    }

    private static boolean isSame(@Nullable QubesVm old, @Nullable QubesVm now) {
        return old == null ? now == null : now != null && now.key() == old.key();
    }
}
