package org.qubestools.cli.tool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.ShutdownRun;
import org.qubestools.core.runtime.VmStopper;

/** {@code qvm-shutdown}: asks VMs to shut down, waits for them if wanted, and kills those that do not. */
public final class ShutdownTool implements Tool {
    private static final int DEFAULT_WAIT = 60;

    private static final Opt<Boolean> ALL = Opt.flag("--all").help("every running VM but dom0");
    private static final Opt<Boolean> FORCE =
            Opt.flag("--force").help("also VMs that give network to running ones; these lose it");
    private static final Opt<Boolean> WAIT =
            Opt.flag("--wait").help("wait for the end, ask again meanwhile, kill what has not ended by then");
    private static final Opt<Integer> WAIT_TIME = Opt.number("SECONDS", 0, Integer.MAX_VALUE, "--wait-time")
            .help("how long --wait waits before it kills (default: " + DEFAULT_WAIT + ")");
    private static final Opt<Integer> TIMEOUT =
            Opt.number("SECONDS", 0, Integer.MAX_VALUE, "--timeout").help("--wait and --wait-time in one");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-shutdown", "shut VMs down")
                .operands("VM ...", 0, ToolSpec.ANY)
                .options(CommonOptions.QUIET, ALL, VmTargets.EXCLUDE, FORCE, WAIT, WAIT_TIME, TIMEOUT)
                .readsStore()
                .needsSystem()
                .dryRuns()
                .note("A VM that gives network goes down after those that it gives it to. Names may have wildcards"
                        + " * ? [...].")
                .example("qvm-shutdown work", "ask, and do not wait")
                .example("qvm-shutdown --all --timeout 180", "as at the end of the system")
                .exitCode(VmTargets.SOME, "some VMs are down or on their way, others not");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        VmTargets.checkUsage(args, ALL);
        try (Runs runs = Runs.open(args, ctx)) {
            List<QubesVm> vms = VmTargets.of(args, ALL, runs, runs.system()::isRunning);
            refuseDom0(vms);
            ShutdownRun shutdown = new ShutdownRun(runs.system());
            if (!args.has(FORCE)) {
                shutdown.requireClientsInside(vms);
            }
            if (args.has(CommonOptions.DRY_RUN)) {
                return VmTargets.dryRun(ctx, vms, "shutdown");
            }
            boolean waits = args.has(WAIT) || args.has(TIMEOUT);
            Optional<Integer> seconds = args.value(TIMEOUT).or(() -> args.value(WAIT_TIME));
            ShutdownRun.Outcome outcome = waits
                    ? shutdown.await(vms, args.has(FORCE), Duration.ofSeconds(seconds.orElse(DEFAULT_WAIT)))
                    : shutdown.ask(vms);
            return tell(ctx, vms, outcome);
        }
    }

    private static void refuseDom0(List<QubesVm> vms) {
        for (QubesVm vm : vms) {
            if (vm.qid() == 0) {
                throw new QubesException(ErrorKind.WRONG_STATE, "dom0 cannot be shut down", "name a VM");
            }
        }
    }

    private static int tell(ToolContext ctx, List<QubesVm> vms, ShutdownRun.Outcome outcome) {
        List<QubesException> failures = new ArrayList<>(outcome.failed().values());
        for (QubesVm vm : outcome.left()) {
            failures.add(VmStopper.outlived(vm));
        }
        for (QubesVm vm : outcome.killed()) {
            ctx.warn("VM '" + vm.name() + "' had to be killed");
        }
        if (ctx.isJson()) {
            ctx.json(json(vms, outcome));
        }
        if (failures.isEmpty()) {
            return ExitCode.OK;
        }
        if (vms.size() == 1) {
            throw failures.get(0);
        }
        for (QubesException failure : failures) {
            ctx.failed(failure);
        }
        return failures.size() == vms.size() ? ExitCode.of(failures.get(0).kind()) : VmTargets.SOME;
    }

    private static Map<String, Object> json(List<QubesVm> vms, ShutdownRun.Outcome outcome) {
        Map<String, Object> words = new LinkedHashMap<>();
        for (QubesVm vm : vms) {
            boolean failed = outcome.failed().containsKey(vm) || outcome.left().contains(vm);
            words.put(vm.name(), failed ? "failed" : outcome.killed().contains(vm) ? "killed" : "done");
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "shutdown");
        result.put("vms", words);
        return result;
    }
}
