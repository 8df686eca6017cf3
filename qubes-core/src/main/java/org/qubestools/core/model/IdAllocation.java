package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Which qids and netids of a collection are taken, and which VM gets which netid where none is stored. */
final class IdAllocation {
    private final VmCollection vms;
    private @Nullable Map<QubesVm, Integer> netids;

    IdAllocation(VmCollection vms) {
        this.vms = vms;
    }

    /** The id of the network that this VM gives; null if its class gives none. */
    @Nullable
    Integer netid(QubesVm vm) {
        if (!vm.vmClass().givesNetwork()) {
            return null;
        }
        if (vm.vmClass() == VmClass.ADMIN) {
            return 0;
        }
        Long stored = vm.get(Attributes.NETID);
        return stored != null
                ? Integer.valueOf(stored.intValue())
                : assignedNetids().get(vm);
    }

    /** Netids of VMs that have none stored: the lowest unused ones, in the order of loading. */
    private Map<QubesVm, Integer> assignedNetids() {
        if (netids == null) {
            Map<QubesVm, Integer> assigned = new HashMap<>();
            boolean[] used = usedNetids();
            for (QubesVm vm : inLoadOrder()) {
                boolean needs = vm.vmClass().givesNetwork()
                        && vm.vmClass() != VmClass.ADMIN
                        && vm.get(Attributes.NETID) == null;
                if (needs) {
                    int netid = lowestFree(used);
                    used[Math.min(netid, QubesVm.MAX_ID)] = true;
                    assigned.put(vm, netid);
                }
            }
            netids = assigned;
        }
        return netids;
    }

    private boolean[] usedNetids() {
        boolean[] used = new boolean[QubesVm.MAX_ID + 1];
        used[0] = true;
        for (QubesVm vm : vms.inDocumentOrder()) {
            Long netid = vm.vmClass().givesNetwork() ? vm.get(Attributes.NETID) : null;
            if (netid != null && vm.vmClass() != VmClass.ADMIN) {
                used[netid.intValue()] = true;
            }
        }
        return used;
    }

    private List<QubesVm> inLoadOrder() {
        List<QubesVm> ordered = new ArrayList<>(vms.inDocumentOrder());
        ordered.sort(new LoadOrder(vms));
        return ordered;
    }

    /** The lowest free qid in 1..253; IN_USE if there is none. */
    int nextQid() {
        boolean[] used = new boolean[QubesVm.MAX_ID + 1];
        used[0] = true;
        for (QubesVm vm : vms.inDocumentOrder()) {
            if (vm.qid() > 0) {
                used[vm.qid()] = true;
            }
        }
        return checkedFree(lowestFree(used), "qid");
    }

    /** The lowest free netid in 1..253; IN_USE if there is none. */
    int nextNetid() {
        boolean[] used = usedNetids();
        for (Integer netid : assignedNetids().values()) {
            used[Math.min(netid, QubesVm.MAX_ID)] = true;
        }
        return checkedFree(lowestFree(used), "netid");
    }

    private static int lowestFree(boolean[] used) {
        int free = 1;
        while (free < used.length && used[free]) {
            free++;
        }
        return free;
    }

    private static int checkedFree(int free, String what) {
        if (free > QubesVm.MAX_ID) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "every " + what + " from 1 to " + QubesVm.MAX_ID + " is taken",
                    "remove a VM first");
        }
        return free;
    }

    /** By class; within a class first those without a template. */
    private record LoadOrder(VmCollection vms) implements Comparator<QubesVm> {
        @Override
        public int compare(QubesVm one, QubesVm two) {
            return Integer.compare(rank(one), rank(two));
        }

        private int rank(QubesVm vm) {
            return vm.vmClass().loadOrder() * 2 + (vms.storedTemplate(vm).isNone() ? 0 : 1);
        }
    }
}
