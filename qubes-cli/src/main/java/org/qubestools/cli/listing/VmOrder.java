package org.qubestools.cli.listing;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/** The orders in which VMs are listed. */
public final class VmOrder {
    private VmOrder() {}

    /**
     * The order of the original table: VMs that give network; then AppVMs and HVMs without template; then each template
     * with the VMs based on it; each by qid. VMs that fall under none of these (a broken template) come last.
     */
    public static List<QubesVm> grouped(VmCollection vms) {
        List<QubesVm> byQid = vms.byQidOrder();
        Set<QubesVm> rows = new LinkedHashSet<>();
        for (QubesVm vm : byQid) {
            if (vm.vmClass().givesNetwork()) {
                rows.add(vm);
            }
        }
        for (QubesVm vm : byQid) {
            if (vm.vmClass().isAppVmLike() && vms.storedTemplate(vm).isNone()) {
                rows.add(vm);
            }
        }
        for (QubesVm template : byQid) {
            if (template.vmClass().isTemplate()) {
                rows.add(template);
                for (QubesVm vm : vms.basedOn(template)) {
                    if (!vm.vmClass().givesNetwork()) {
                        rows.add(vm);
                    }
                }
            }
        }
        rows.addAll(byQid);
        return new ArrayList<>(rows);
    }

    /** A VM in the network tree. */
    public record Branch(QubesVm vm, int depth) {}

    /** Each VM below the one that gives it network, by qid; a loop of NetVMs begins at its lowest qid. */
    public static List<Branch> networkTree(VmCollection vms) {
        List<Branch> branches = new ArrayList<>();
        Set<Integer> seen = new LinkedHashSet<>();
        for (QubesVm vm : vms.byQidOrder()) {
            if (vms.netvm(vm).vm() == null) {
                grow(vms, vm, branches, seen);
            }
        }
        for (QubesVm vm : vms.byQidOrder()) {
            grow(vms, vm, branches, seen); // what is left hangs on a loop
        }
        return branches;
    }

    private static void grow(VmCollection vms, QubesVm root, List<Branch> branches, Set<Integer> seen) {
        List<Branch> pending = new ArrayList<>(List.of(new Branch(root, 0)));
        while (!pending.isEmpty()) {
            Branch branch = pending.remove(pending.size() - 1);
            if (seen.add(branch.vm().key())) {
                branches.add(branch);
                List<QubesVm> clients = new ArrayList<>(vms.connectedTo(branch.vm()));
                for (int i = clients.size() - 1; i >= 0; i--) {
                    pending.add(new Branch(clients.get(i), branch.depth() + 1));
                }
            }
        }
    }
}
