package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/** The VMs that a command line names, and the same piece of work for each of them. */
final class VmTargets {
    static final Opt<String> EXCLUDE =
            Opt.text("VM", "--exclude").repeatable().help("with --all: but not VM; wildcards too");

    /** The exit code when some VMs were done and others not. */
    static final int SOME = 3;

    private VmTargets() {}

    /** Whether {@code --all} takes a VM. */
    interface Choice {
        boolean takes(QubesVm vm);
    }

    /** Work on one VM. */
    interface Work {
        void on(QubesVm vm);
    }

    /** Names, or {@code --all}, but not both; {@code --exclude} with the latter only. */
    static void checkUsage(ParsedArguments args, Opt<Boolean> all) {
        if (args.operands().isEmpty() != args.has(all)) {
            throw Usage.error("names of VMs, or --all, expected");
        }
        checkExclude(args, all);
    }

    /** {@code --exclude} goes with {@code --all} only: beside names it would say that one of them is not meant. */
    static void checkExclude(ParsedArguments args, Opt<Boolean> all) {
        if (args.has(EXCLUDE) && !args.has(all)) {
            throw Usage.error("--exclude goes with --all");
        }
    }

    /** All VMs but dom0 and those that are excluded, by qid; NO_SUCH_VM if one of the latter is none. */
    static List<QubesVm> notExcluded(ParsedArguments args, VmCollection vms) {
        List<QubesVm> chosen = new ArrayList<>();
        for (QubesVm vm : vms.byQidOrder()) {
            if (vm.qid() > 0) {
                chosen.add(vm);
            }
        }
        chosen.removeAll(VmNames.require(vms, args.values(EXCLUDE)));
        return chosen;
    }

    /** The VMs of the operands; or all but dom0 that {@code choice} takes and nobody excluded, by qid. */
    static List<QubesVm> of(ParsedArguments args, Opt<Boolean> all, Runs runs, Choice choice) {
        if (!args.has(all)) {
            return VmNames.require(runs.store().vms(), args.operands());
        }
        List<QubesVm> chosen = notExcluded(args, runs.store().vms());
        chosen.removeIf(vm -> !choice.takes(vm));
        return chosen;
    }

    /**
     * Does the work for each VM, going on after a failure, which is said at once; a single VM's failure is thrown.
     *
     * @param word what is done, such as {@code start}
     * @return the exit code: that of the first failure if no VM was done
     */
    static int forEach(ParsedArguments args, ToolContext ctx, List<QubesVm> vms, String word, Work work) {
        if (args.has(CommonOptions.DRY_RUN)) {
            return dryRun(ctx, vms, word);
        }
        Outcomes outcomes = new Outcomes(ctx);
        for (QubesVm vm : vms) {
            try {
                work.on(vm);
                outcomes.done(vm);
            } catch (QubesException e) {
                if (vms.size() == 1 || endsAll(e)) {
                    throw e;
                }
                outcomes.failed(vm, e);
            }
        }
        return outcomes.tell(word);
    }

    /** What became of several VMs. */
    static final class Outcomes {
        private final ToolContext ctx;
        private final Map<String, Object> done = new LinkedHashMap<>();
        private @Nullable QubesException first;
        private int good;

        Outcomes(ToolContext ctx) {
            this.ctx = ctx;
        }

        void done(QubesVm vm) {
            done.put(vm.name(), true);
            good++;
        }

        /** Says so at once. */
        void failed(QubesVm vm, QubesException failure) {
            tellFailure(failure);
            done.put(vm.name(), false);
            first = first == null ? failure : first;
        }

        /** Says what failed beside the VMs. */
        void tellFailure(QubesException failure) {
            ctx.failed(failure);
        }

        /** Tells scripts of all; returns the exit code. */
        int tell(String word) {
            if (ctx.isJson()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", word);
                result.put("vms", done);
                ctx.json(result);
            }
            if (first == null) {
                return ExitCode.OK;
            }
            return good == 0 ? ExitCode.of(first.kind()) : SOME;
        }
    }

    /** What fails for one VM in this way fails for all. */
    static boolean endsAll(QubesException e) {
        return e.kind() == ErrorKind.CANCELLED
                || e.kind() == ErrorKind.OFFLINE
                || e.kind() == ErrorKind.VMM_UNREACHABLE;
    }

    static int dryRun(ToolContext ctx, List<QubesVm> vms, String word) {
        if (ctx.isJson()) {
            List<String> names = new ArrayList<>();
            for (QubesVm vm : vms) {
                names.add(vm.name());
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", word);
            result.put("dry_run", true);
            result.put("vms", names);
            ctx.json(result);
        } else {
            for (QubesVm vm : vms) {
                ctx.println("would " + word + " " + vm.name());
            }
        }
        return ExitCode.OK;
    }
}
