package org.qubestools.core.runtime;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;

/**
 * Which of several starts may begin. Two of which one needs the VM of the other, for its network or its images, keep the order
 * in which they were given, so that they end as if one had been made after the other; all others do not wait.
 */
final class StartOrder {
    /** No start is left. */
    static final int NONE = -1;

    private enum Stage {
        WAITING,
        BEGUN,
        ENDED
    }

    private final List<Set<Integer>> before = new ArrayList<>();
    private final List<Stage> stages = new ArrayList<>();
    private boolean stopped;

    /** The starts of VMs of a store, in the order in which they were given. */
    StartOrder(VmCollection vms, List<QubesVm> given) {
        List<Set<Integer>> needs = new ArrayList<>();
        for (QubesVm vm : given) {
            Set<Integer> needed = needs(vms, vm);
            Set<Integer> earlier = new HashSet<>();
            for (int i = 0; i < needs.size(); i++) {
                boolean meets =
                        needed.contains(given.get(i).key()) || needs.get(i).contains(vm.key());
                if (meets) {
                    earlier.add(i);
                }
            }
            needs.add(needed);
            before.add(earlier);
            stages.add(Stage.WAITING);
        }
    }

    /** Keys of the VM itself, of those that its start starts or needs to run, and of those whose images they use. */
    static Set<Integer> needs(VmCollection vms, QubesVm vm) {
        Set<Integer> needed = new HashSet<>();
        QubesVm at = vm;
        while (at != null && needed.add(at.key())) {
            QubesVm template = vms.template(at).vm();
            add(needed, template);
            if (template != null && at.vmClass() == VmClass.DISPOSABLE) {
                add(needed, vms.byName(template.name() + "-dvm"));
            }
            DriveSpec drive = at.get(Attributes.DRIVE);
            if (drive != null) {
                add(needed, vms.byName(drive.backend()));
            }
            at = vms.netvm(at).vm();
        }
        return needed;
    }

    private static void add(Set<Integer> needed, @Nullable QubesVm vm) {
        if (vm != null && vm.qid() != 0) {
            needed.add(vm.key());
        }
    }

    /** The number of the next start that may begin, from 0, which then has begun; waits for one; NONE if none is left. */
    synchronized int next() throws InterruptedException {
        while (!stopped) {
            int ready = ready();
            if (ready != NONE) {
                stages.set(ready, Stage.BEGUN);
                return ready;
            }
            if (!stages.contains(Stage.WAITING)) {
                return NONE;
            }
            wait();
        }
        return NONE;
    }

    private int ready() {
        for (int i = 0; i < stages.size(); i++) {
            if (stages.get(i) == Stage.WAITING && before.get(i).stream().allMatch(n -> stages.get(n) == Stage.ENDED)) {
                return i;
            }
        }
        return NONE;
    }

    /** A start has ended, in whatever way. */
    synchronized void ended(int start) {
        stages.set(start, Stage.ENDED);
        notifyAll();
    }

    /** No further start begins. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }
}
