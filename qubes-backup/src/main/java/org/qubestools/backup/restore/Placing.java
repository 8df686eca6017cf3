package org.qubestools.backup.restore;

import java.io.UncheckedIOException;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.PassResult;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.Qubes;
import org.qubestools.core.edit.AdoptVm;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.QubesVm;

/** Puts unpacked VMs in place: each in one edit of the store, so that it is there as a whole or not at all. */
final class Placing {
    private final Qubes qubes;
    private final RestorePlan plan;
    private final RestoreRun run;
    private final @Nullable HomePlace home;
    private final StagedTrees trees;
    private final RestoreHandler handler;
    private final RestoredFirewalls firewalls;
    private final List<PlannedVm> placed = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    Placing(
            Qubes qubes,
            RestorePlan plan,
            RestoreRun run,
            @Nullable HomePlace home,
            StagedTrees trees,
            RestoreHandler handler,
            RestoredFirewalls firewalls) {
        this.qubes = qubes;
        this.plan = plan;
        this.run = run;
        this.home = home;
        this.trees = trees;
        this.handler = handler;
        this.firewalls = firewalls;
    }

    /** The result of a run that was cancelled while it unpacked. */
    RestoreResult nothing() {
        return new RestoreResult(plan.vms().stream().map(Outcomes::notReached).toList(), List.of(), true);
    }

    /** All that are whole, in the order of the plan; the home is its last. */
    RestoreResult all(PassResult pass) {
        List<RestoreOutcome> outcomes = new ArrayList<>();
        boolean cancelled = false;
        boolean connected = false;
        for (PlannedVm vm : plan.vms()) {
            if (vm.isHome()) {
                connect();
                connected = true;
            }
            cancelled |= run.cancellation().isCancelled();
            RestoreOutcome early = Outcomes.withoutData(vm, pass);
            if (early == null && cancelled) {
                early = Outcomes.notReached(vm);
            }
            outcomes.add(early != null ? early : put(vm));
        }
        if (!connected) {
            connect();
        }
        problems.addAll(Outcomes.brokenOff(pass));
        return new RestoreResult(outcomes, problems, cancelled);
    }

    private RestoreOutcome put(PlannedVm vm) {
        try {
            if (vm.isHome()) {
                trees.finish(vm.item(), false);
                ZonedDateTime now = ZonedDateTime.now(run.clock());
                Objects.requireNonNull(home)
                        .put(
                                trees.directory(vm.item()),
                                now,
                                run.layer(),
                                line -> run.log().note(qubes.config().shownIn(line)));
                return Outcomes.good(vm, RestoreOutcome.Status.RESTORED, handler.losses(vm.item()));
            }
            return add(vm);
        } catch (QubesException e) {
            return Outcomes.failed(vm, qubes.config().shownIn(String.valueOf(e.getMessage())));
        } catch (UncheckedIOException e) {
            return Outcomes.failed(vm, IoReason.of(Objects.requireNonNull(e.getCause())));
        }
    }

    private RestoreOutcome add(PlannedVm vm) {
        firewalls.addMissing(vm.item(), trees);
        trees.finish(vm.item(), true);
        List<String> losses = new ArrayList<>(handler.losses(vm.item()));
        AdoptVm change = new AdoptVm(draft -> made(vm, draft, losses), trees.directory(vm.item()));
        // Those before it that wait for it as their netvm get it at once: a kill must not leave all VMs but no network.
        Change users = draft -> connect(draft, new ArrayList<>());
        say(qubes.edit(List.of(change, users), false));
        placed.add(vm);
        return Outcomes.good(vm, RestoreOutcome.Status.RESTORED, losses);
    }

    private NewVm made(PlannedVm vm, Draft draft, List<String> losses) {
        RestoredVm restored =
                RestoredVm.of(vm, draft.vms(), run.options(), kernel -> draft.problemWithKernel(kernel) == null);
        losses.addAll(restored.warnings());
        return restored.vm();
    }

    private void say(EditOutcome outcome) {
        outcome.warnings().forEach(run.log()::warn);
        outcome.notes().forEach(run.log()::note);
    }

    /** Names the netvms that did not come; those that did are set already, unless somebody changed them since. */
    private void connect() {
        if (placed.isEmpty()) {
            return;
        }
        List<String> missing = new ArrayList<>();
        try {
            say(qubes.edit(List.of(draft -> connect(draft, missing)), false));
        } catch (QubesException e) {
            problems.add("some netvms could not be set: " + e.getMessage());
        }
        problems.addAll(missing);
    }

    private void connect(Draft draft, List<String> missing) {
        for (PlannedVm vm : placed) {
            QubesVm stored = draft.vms().byName(vm.name());
            if (stored != null) {
                RestoredVm.Connected connected = RestoredVm.connect(vm, stored, draft.vms());
                missing.addAll(connected.warnings());
                draft.replace(withDefaultOfDisposables(stored, connected.vm()));
            }
        }
    }

    /** The stored copy of the default follows the netvm. */
    private static QubesVm withDefaultOfDisposables(QubesVm before, QubesVm now) {
        String netvm = now.get(Attributes.NETVM);
        boolean changed = !Objects.equals(before.get(Attributes.NETVM), netvm);
        return changed && now.is(Attributes.USES_DEFAULT_DISPVM_NETVM) ? now.with(Attributes.DISPVM_NETVM, netvm) : now;
    }
}
