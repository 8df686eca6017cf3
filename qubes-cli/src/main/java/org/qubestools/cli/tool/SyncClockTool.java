package org.qubestools.cli.tool;

import java.util.List;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.ClockSync;

/** {@code qvm-sync-clock}: sets the clocks of dom0 and of all running VMs by that of the ClockVM. */
public final class SyncClockTool implements Tool {
    private static final Opt<Boolean> SAY = Opt.flag("-v").help("say what is done");
    private static final Opt<Boolean> FORCE =
            Opt.flag("-f", "--force").help("go on if the ClockVM cannot ask for the time");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-sync-clock", "set the clocks of dom0 and of running VMs by the ClockVM")
                .operands("", 0, 0)
                .options(SAY, FORCE)
                .readsStore()
                .needsSystem()
                .note("dom0's clock is set with sudo. VMs whose clock cannot be set are named.")
                .example("qvm-sync-clock -v", "and say what is done");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        try (Runs runs = Runs.open(args, ctx)) {
            ClockSync clocks = new ClockSync(
                    runs.system(), runs.system().commands(ctx.host().qrexec()));
            List<QubesException> failures = clocks.run(args.has(FORCE), message -> {
                if (args.has(SAY)) {
                    ctx.note(message);
                } else {
                    ctx.detail(message);
                }
            });
            for (QubesException failure : failures) {
                ctx.warn(String.valueOf(failure.getMessage()));
            }
            return ExitCode.OK;
        }
    }
}
