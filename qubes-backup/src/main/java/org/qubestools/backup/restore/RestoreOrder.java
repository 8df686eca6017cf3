package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.VmClass;

/** Puts VMs behind those they refer to: templates, NetVMs, ProxyVMs, all others, and the home of dom0. */
final class RestoreOrder {
    private static final int RANKS = 5;

    private final List<Candidate> candidates;
    private final Set<Candidate> placed = new HashSet<>();
    private final List<Candidate> ordered = new ArrayList<>();

    private RestoreOrder(List<Candidate> candidates) {
        this.candidates = candidates;
    }

    static List<Candidate> of(List<Candidate> candidates) {
        RestoreOrder order = new RestoreOrder(candidates);
        for (int rank = 0; rank < RANKS; rank++) {
            for (Candidate candidate : candidates) {
                if (rank(candidate) == rank) {
                    order.place(candidate);
                }
            }
        }
        return order.ordered;
    }

    private static int rank(Candidate candidate) {
        return switch (candidate.vmClass()) {
            case TEMPLATE, TEMPLATE_HVM -> 0;
            case NET -> 1;
            case PROXY -> 2;
            case APP, HVM, DISPOSABLE -> 3;
            case ADMIN -> 4;
        };
    }

    /** A ProxyVM stands behind the ProxyVMs that it reaches the network by. */
    private void place(Candidate candidate) {
        List<Candidate> chain = new ArrayList<>();
        Candidate at = candidate;
        while (at != null && placed.add(at)) {
            chain.add(0, at);
            at = at.vmClass() == VmClass.PROXY ? proxyBehind(at) : null;
        }
        ordered.addAll(chain);
    }

    private @Nullable Candidate proxyBehind(Candidate proxy) {
        for (Candidate other : candidates) {
            boolean isIt = other.vmClass() == VmClass.PROXY && other.isGood() && other.name.equals(proxy.netvm.name());
            if (isIt) {
                return other;
            }
        }
        return null;
    }
}
