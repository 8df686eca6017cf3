package org.qubestools.cli.tool;

import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.runtime.VmStopper;

/** {@code qvm-kill}: ends VMs at once. */
public final class KillTool implements Tool {
    private static final Opt<Boolean> ALL = Opt.flag("--all").help("every running VM but dom0");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-kill", "end VMs at once")
                .operands("VM ...", 0, ToolSpec.ANY)
                .options(CommonOptions.QUIET, ALL, VmTargets.EXCLUDE)
                .readsStore()
                .needsSystem()
                .dryRuns()
                .note("What a VM has not written to its disks is lost. Names may have wildcards * ? [...].")
                .example("qvm-kill work", "end one VM")
                .exitCode(VmTargets.SOME, "some VMs were ended, others not");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        VmTargets.checkUsage(args, ALL);
        try (Runs runs = Runs.open(args, ctx)) {
            VmStopper stopper = new VmStopper(runs.system());
            return VmTargets.forEach(
                    args, ctx, VmTargets.of(args, ALL, runs, runs.system()::isRunning), "kill", stopper::kill);
        }
    }
}
