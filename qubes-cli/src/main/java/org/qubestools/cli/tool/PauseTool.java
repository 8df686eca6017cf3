package org.qubestools.cli.tool;

import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.runtime.PowerState;
import org.qubestools.core.runtime.VmStopper;

/** {@code qvm-pause} and {@code qvm-unpause}. */
public final class PauseTool implements Tool {
    private static final Opt<Boolean> ALL_RUNNING = Opt.flag("--all").help("every running VM but dom0");
    private static final Opt<Boolean> ALL_PAUSED = Opt.flag("--all").help("every paused or suspended VM");
    private static final Opt<Boolean> SUSPEND =
            Opt.flag("-S", "--suspend").help("suspend VMs with PCI devices to memory, where the driver can");

    private final boolean pauses;

    private PauseTool(boolean pauses) {
        this.pauses = pauses;
    }

    /** {@code qvm-pause}. */
    public static PauseTool thatPauses() {
        return new PauseTool(true);
    }

    /** {@code qvm-unpause}. */
    public static PauseTool thatUnpauses() {
        return new PauseTool(false);
    }

    @Override
    public ToolSpec spec() {
        ToolSpec spec = pauses
                ? new ToolSpec("qvm-pause", "stop the processors of running VMs")
                        .options(CommonOptions.QUIET, SUSPEND, ALL_RUNNING, VmTargets.EXCLUDE)
                        .example("qvm-pause work", "until 'qvm-unpause work'")
                : new ToolSpec("qvm-unpause", "let paused and suspended VMs go on")
                        .options(CommonOptions.QUIET, ALL_PAUSED, VmTargets.EXCLUDE)
                        .example("qvm-unpause --all", "let all go on");
        return spec.operands("VM ...", 0, ToolSpec.ANY)
                .readsStore()
                .needsSystem()
                .dryRuns()
                .note("Names may have wildcards * ? [...].")
                .exitCode(VmTargets.SOME, "it was done for some VMs, for others not");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        Opt<Boolean> all = pauses ? ALL_RUNNING : ALL_PAUSED;
        VmTargets.checkUsage(args, all);
        try (Runs runs = Runs.open(args, ctx)) {
            VmStopper stopper = new VmStopper(runs.system());
            VmTargets.Choice choice = vm -> {
                PowerState state = runs.system().state(vm);
                boolean waits = state == PowerState.PAUSED || state == PowerState.SUSPENDED;
                return pauses ? state != PowerState.HALTED && !waits : waits;
            };
            VmTargets.Work work = !pauses ? stopper::resume : args.has(SUSPEND) ? stopper::suspend : stopper::pause;
            String word = pauses ? "pause" : "unpause";
            return VmTargets.forEach(args, ctx, VmTargets.of(args, all, runs, choice), word, work);
        }
    }
}
