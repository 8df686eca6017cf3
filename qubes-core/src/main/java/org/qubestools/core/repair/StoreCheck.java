package org.qubestools.core.repair;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.qubestools.core.edit.HostTree;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.DomainSnapshot;

/**
 * What an examination of a store found, and what can be done about it; nothing is changed by it.
 *
 * @param findings the store's own first, then those of the directories, of leftovers, of access, of the running system
 * @param mendings the safe changes, in the order in which they are to be made
 */
public record StoreCheck(List<Finding> findings, List<Mending> mendings) {
    public StoreCheck {
        findings = List.copyOf(findings);
        mendings = List.copyOf(mendings);
    }

    /**
     * What stands around a store.
     *
     * @param host the directory tree
     * @param group number of the group of the store's files; empty where it is left alone
     * @param domains all domains of the running system; empty when it is not asked
     */
    public record Surroundings(HostTree host, OptionalInt group, List<DomainSnapshot> domains) {
        public Surroundings {
            domains = List.copyOf(domains);
        }
    }

    /**
     * Examines a store that could be read.
     *
     * @param memory of the time before a damage
     * @throws org.qubestools.core.error.QubesException FAILED if a directory cannot be looked into
     */
    public static StoreCheck of(StoreSnapshot store, Memory memory, Surroundings around) {
        StoreTree tree = new StoreTree(around.host()::real, store.pools());
        List<Finding> findings = new ArrayList<>(StoreFindings.of(store));
        List<Mending> mendings = new ArrayList<>(RepairPlan.of(store, memory, tree));
        List<Finding> ofTree = TreeFindings.of(store, tree, around.host());
        findings.addAll(ofTree);
        mendings.addAll(RepairPlan.icons(store, ofTree));
        findings.addAll(Leftovers.of(store, tree));
        for (AccessFindings.Wrong wrong : AccessFindings.of(store, tree, around.group())) {
            findings.add(wrong.finding());
            mendings.add(Mending.ofAccess(wrong.finding(), wrong.change()));
        }
        findings.addAll(DomainFindings.of(store.vms(), around.domains()));
        return new StoreCheck(findings, mendings);
    }

    /** True if nothing is wrong; notes do not count. */
    public boolean isClean() {
        return problems() == 0;
    }

    /** The number of findings that are problems. */
    public int problems() {
        int problems = 0;
        for (Finding finding : findings) {
            problems += finding.isProblem() ? 1 : 0;
        }
        return problems;
    }
}
