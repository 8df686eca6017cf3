package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.ItemProblem;
import org.qubestools.backup.format.PassResult;
import org.qubestools.core.io.SafeText;

/** How the work on one VM can end. */
final class Outcomes {
    private Outcomes() {}

    static RestoreOutcome good(PlannedVm vm, RestoreOutcome.Status status, List<String> losses) {
        List<String> all = new ArrayList<>(vm.item().remarks());
        all.addAll(losses);
        return new RestoreOutcome(vm, status, "", -1, "", all);
    }

    static RestoreOutcome failed(PlannedVm vm, String reason) {
        String line = reason.startsWith(named(vm)) ? reason : named(vm) + ": " + reason;
        return new RestoreOutcome(vm, RestoreOutcome.Status.FAILED, "", -1, line, List.of());
    }

    static RestoreOutcome notReached(PlannedVm vm) {
        RestoreOutcome.Status status =
                vm.goodToGo() ? RestoreOutcome.Status.NOT_REACHED : RestoreOutcome.Status.LEFT_OUT;
        return new RestoreOutcome(vm, status, "", -1, "", List.of());
    }

    /** The outcome of a VM that is not to be restored, or whose data are not whole; null for all others. */
    static @Nullable RestoreOutcome withoutData(PlannedVm vm, PassResult pass) {
        if (vm.has(PlanMark.VIOLATION)) {
            String violation = Objects.requireNonNullElse(RestorePlanner.violation(vm.item()), "its entry is bad");
            return failed(vm, SafeText.of(violation));
        }
        if (!vm.goodToGo()) {
            return notReached(vm);
        }
        ItemProblem problem = pass.problem(vm.item()).orElse(null);
        return problem == null
                ? null
                : new RestoreOutcome(
                        vm,
                        RestoreOutcome.Status.FAILED,
                        problem.archive(),
                        problem.chunk(),
                        problem.text(),
                        List.of());
    }

    static List<String> brokenOff(@Nullable PassResult pass) {
        return pass == null
                ? List.of()
                : pass.brokenOff().stream()
                        .map(reason -> "the archive cannot be read any further: " + reason)
                        .toList();
    }

    private static String named(PlannedVm vm) {
        return vm.isHome() ? "the home of dom0" : "VM '" + SafeText.of(vm.originalName()) + "'";
    }
}
