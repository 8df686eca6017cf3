package org.qubestools.core;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qubestools.core.repair.Finding;
import org.qubestools.core.repair.Mending;

/**
 * What an examination of the store found.
 *
 * @param readable false if the store is lost as a whole; then there is one finding, which says why
 * @param findings problems and notes
 * @param mendings the changes that are safe, in the order in which they are made; none for a store that is lost
 * @param mendable the findings that are gone after them
 * @param notSeen one sentence for each thing that could not be looked at
 */
public record Examination(
        boolean readable, List<Finding> findings, List<Mending> mendings, Set<Finding> mendable, List<String> notSeen) {
    public Examination {
        findings = List.copyOf(findings);
        mendings = List.copyOf(mendings);
        mendable = Set.copyOf(mendable);
        notSeen = List.copyOf(notSeen);
    }

    /** The number of findings that are problems. */
    public int problems() {
        int problems = 0;
        for (Finding finding : findings) {
            problems += finding.isProblem() ? 1 : 0;
        }
        return problems;
    }

    /** The mending of this finding, if it has one. */
    public Optional<Mending> mending(Finding finding) {
        return mendings.stream().filter(mending -> mending.mends(finding)).findFirst();
    }
}
