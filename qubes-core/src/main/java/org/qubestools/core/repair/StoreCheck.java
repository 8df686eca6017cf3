package org.qubestools.core.repair;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.qubestools.core.edit.HostTree;
import org.qubestools.core.model.Problem;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.DomainSnapshot;

/**
 * What an examination of a store found, and what can be done about it; nothing is changed by it.
 *
 * @param findings the store's own first, then those of the directories, of leftovers, of access, of the running system
 * @param mendings the safe changes, in the order in which they are to be made
 * @param mendable the findings that are gone after them
 */
public record StoreCheck(List<Finding> findings, List<Mending> mendings, Set<Finding> mendable) {
    public StoreCheck {
        findings = List.copyOf(findings);
        mendings = List.copyOf(mendings);
        mendable = Set.copyOf(mendable);
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
        RepairPlan plan = RepairPlan.of(store, memory, tree);
        List<Mending> mendings = new ArrayList<>(plan.mendings());
        Set<Finding> mendable = mended(store.problems(), plan.remaining());
        List<Finding> ofTree = TreeFindings.of(store, tree, around.host());
        findings.addAll(ofTree);
        for (Mending icon : RepairPlan.icons(store, ofTree)) {
            mendings.add(icon);
            ofTree.stream().filter(icon::mends).forEach(mendable::add);
        }
        findings.addAll(Leftovers.of(store, tree));
        for (AccessFindings.Wrong wrong : AccessFindings.of(store, tree, around.group())) {
            findings.add(wrong.finding());
            mendable.add(wrong.finding());
            mendings.add(Mending.ofAccess(wrong.finding(), wrong.change()));
        }
        findings.addAll(DomainFindings.of(store.vms(), around.domains()));
        return new StoreCheck(findings, mendings, mendable);
    }

    /** The findings whose problems are gone after the plan, by what they are about; lines may be others then. */
    private static Set<Finding> mended(List<Problem> before, List<Problem> after) {
        Set<List<String>> remaining = new HashSet<>();
        for (Problem problem : after) {
            remaining.add(List.of(problem.code().text(), problem.about(), problem.attribute()));
        }
        Set<Finding> mended = new HashSet<>();
        for (Problem problem : before) {
            if (!remaining.contains(List.of(problem.code().text(), problem.about(), problem.attribute()))) {
                mended.add(StoreFindings.of(problem));
            }
        }
        return mended;
    }
}
