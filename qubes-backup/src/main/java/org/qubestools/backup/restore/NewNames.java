package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmName;

/** Gives each VM its name on the host: its own, the one the user wants, or a free one in place of a taken one. */
final class NewNames {
    private static final int HIGHEST_NUMBER = 99;
    private static final int MAX_BASE = VmName.MAX_LENGTH - 2;

    private final VmCollection host;
    private final RestoreOptions options;
    private final Set<String> inBackup = new HashSet<>();
    private final Set<String> given = new HashSet<>();
    private final List<Candidate> withoutName = new ArrayList<>();

    private NewNames(VmCollection host, RestoreOptions options) {
        this.host = host;
        this.options = options;
    }

    static void give(List<Candidate> candidates, VmCollection host, RestoreOptions options) {
        NewNames names = new NewNames(host, options);
        for (Candidate candidate : candidates) {
            names.inBackup.add(candidate.originalName());
        }
        // First those that keep their name, so that no wished name takes it from them.
        names.give(candidates, true);
        names.give(candidates, false);
        names.settleConflicts();
    }

    private void give(List<Candidate> candidates, boolean ownName) {
        for (Candidate candidate : candidates) {
            String wish = wish(candidate);
            boolean due = candidate.isWanted() && wish.equals(candidate.originalName()) == ownName;
            if (due) {
                candidate.name = wish;
                giveWish(candidate, ownName);
            }
        }
    }

    private void giveWish(Candidate candidate, boolean ownName) {
        if (!ownName && !isGood(candidate.name)) {
            candidate.marks.add(PlanMark.BAD_NAME);
        } else if (host.hasName(candidate.name) || given.contains(candidate.name)) {
            withoutName.add(candidate);
        } else {
            given.add(candidate.name);
        }
    }

    private String wish(Candidate candidate) {
        String own = candidate.originalName();
        String renamed = options.renames().get(own);
        return renamed != null ? renamed : options.prefix() + own;
    }

    private void settleConflicts() {
        for (Candidate candidate : withoutName) {
            String free = options.renameConflicting() ? free(candidate.name) : null;
            if (free == null) {
                candidate.marks.add(PlanMark.ALREADY_EXISTS);
            } else {
                candidate.name = free;
                given.add(free);
            }
        }
    }

    private @Nullable String free(String taken) {
        String base = taken.substring(0, Math.min(taken.length(), MAX_BASE));
        for (int number = 1; number <= HIGHEST_NUMBER; number++) {
            String name = base + number;
            boolean free = !host.hasName(name) && !inBackup.contains(name) && !given.contains(name) && isGood(name);
            if (free) {
                return name;
            }
        }
        return null;
    }

    private static boolean isGood(String name) {
        return VmName.reasonAgainst(name) == null && !new VmName(name).isReservedForDisposables();
    }
}
