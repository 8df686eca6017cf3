package org.qubestools.core.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.LazyVmm;

/**
 * The run states of VMs, from one look at the VMM; offline only dom0's is known. A VM's domain is the one with its UUID; only
 * for a VM without one it is that with its name.
 */
public final class VmStatuses {
    /** So many VMs are asked for one by one. */
    private static final int FEW = 3;

    private final Map<String, DomainSnapshot> byName = new HashMap<>();
    private final Map<String, DomainSnapshot> byUuid = new HashMap<>();
    private final boolean known;
    private final boolean needsDaemons;
    private final DaemonMarks marks;

    private VmStatuses(LazyVmm vmm, RealPaths paths) {
        this.known = !vmm.isOffline();
        this.marks = new DaemonMarks(paths);
        this.needsDaemons = known && vmm.traits().qubesDaemons();
    }

    private void add(DomainSnapshot domain) {
        byName.put(domain.name(), domain);
        byUuid.put(domain.uuid(), domain);
    }

    /**
     * Looks at all domains, once.
     *
     * @throws org.qubestools.core.error.QubesException VMM_UNREACHABLE
     */
    public static VmStatuses look(LazyVmm vmm, RealPaths paths) {
        VmStatuses statuses = new VmStatuses(vmm, paths);
        if (statuses.known) {
            for (DomainSnapshot domain : vmm.domains()) {
                statuses.add(domain);
            }
        }
        return statuses;
    }

    /**
     * Looks at the domains of these VMs only: the states of others are not known to the result, and count as halted. A few
     * are asked for one by one, which spares the answer for all that there are.
     *
     * @throws org.qubestools.core.error.QubesException VMM_UNREACHABLE
     */
    public static VmStatuses lookAt(LazyVmm vmm, RealPaths paths, VmCollection vms, List<QubesVm> some) {
        if (some.size() > FEW) {
            return look(vmm, paths);
        }
        VmStatuses statuses = new VmStatuses(vmm, paths);
        for (QubesVm vm : statuses.known ? some : List.<QubesVm>of()) {
            if (vm.qid() == 0) {
                continue;
            }
            Optional<DomainSnapshot> domain = vmm.find(DomainKey.of(vm));
            if (domain.isPresent()) {
                statuses.add(domain.get());
            }
            if (statuses.needsDaemons && DaemonMarks.needsStub(vms, vm)) {
                Optional<DomainSnapshot> stub = vmm.find(new DomainKey(DaemonMarks.stubOf(vm), null));
                if (stub.isPresent()) {
                    statuses.add(stub.get());
                }
            }
        }
        return statuses;
    }

    /** What is known without a VMM. */
    public static VmStatuses unknown(RealPaths paths) {
        return new VmStatuses(LazyVmm.offline(), paths);
    }

    /** False offline: then every VM but dom0 counts as halted, and its state is {@code NA}. */
    public boolean isKnown() {
        return known;
    }

    private @Nullable DomainSnapshot active(QubesVm vm) {
        DomainKey key = DomainKey.of(vm);
        DomainSnapshot domain = key.uuid() == null ? byName.get(key.name()) : byUuid.get(key.uuid());
        return domain != null && domain.active() ? domain : null;
    }

    /** Active in the VMM, so paused too. */
    public boolean isRunning(QubesVm vm) {
        return vm.qid() == 0 || active(vm) != null;
    }

    public PowerState state(VmCollection vms, QubesVm vm) {
        if (vm.qid() == 0) {
            return PowerState.RUNNING;
        }
        if (!known) {
            return PowerState.UNKNOWN;
        }
        DomainSnapshot domain = active(vm);
        return domain == null ? PowerState.HALTED : PowerState.ofActive(domain.state(), isComplete(vms, vm, domain));
    }

    private boolean isComplete(VmCollection vms, QubesVm vm, DomainSnapshot domain) {
        if (!needsDaemons) {
            return true;
        }
        DomainSnapshot stub = DaemonMarks.needsStub(vms, vm) ? byName.get(DaemonMarks.stubOf(vm)) : null;
        return marks.areComplete(vms, vm, domain, stub);
    }

    /** Number of the running domain; null if it does not run. */
    public @Nullable Integer xid(QubesVm vm) {
        if (vm.qid() == 0) {
            return 0;
        }
        DomainSnapshot domain = active(vm);
        return domain == null ? null : Integer.valueOf(domain.id());
    }

    /** MiB it has now; null if it does not run or is not known. */
    public @Nullable Long memoryMib(QubesVm vm) {
        DomainSnapshot domain = active(vm);
        return domain == null ? null : Long.valueOf(domain.memoryKib() / 1024);
    }

    /**
     * Percent of its CPUs that a VM used between an earlier look and this one; null if it does not run.
     *
     * @param seconds between the two looks
     */
    public @Nullable Double cpuPercent(VmView view, VmStatuses earlier, double seconds) {
        DomainSnapshot now = active(view.vm());
        if (now == null) {
            return view.vm().qid() == 0 ? Double.valueOf(0) : null;
        }
        DomainSnapshot before = earlier.active(view.vm());
        if (before == null || before.id() != now.id() || seconds <= 0) {
            return 0.0;
        }
        double used = (now.cpuTimeNanos() - before.cpuTimeNanos())
                / 1e9
                / Math.max(view.facts().vcpus(), 1);
        return Math.max(0, used / seconds * 100);
    }
}
