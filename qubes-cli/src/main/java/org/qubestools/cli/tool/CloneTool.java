package org.qubestools.cli.tool;

import java.util.List;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.edit.CloneVm;

/** {@code qvm-clone}: copies a VM. */
public final class CloneTool implements Tool {
    private static final Opt<String> PATH =
            Opt.text("DIR", "-p", "--path").help("taken for the sake of old scripts, without effect since R3.1");
    private static final Opt<String> POOL =
            Opt.text("POOL", "-P", "--pool").help("storage pool of the copy (default: that of the source)");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-clone", "copy a VM, with its properties and images")
                .operands("SOURCE NEW", 2, 2)
                .options(CommonOptions.QUIET, PATH, POOL)
                .refusesRoot()
                .changesStore()
                .forBatches()
                .note("Images are copied with their holes; blocks are shared where the file system can.")
                .example("qvm-clone work work-test", "copy work");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        if (args.has(PATH)) {
            ctx.warn("--path has no effect: the pool decides where the copy is");
        }
        try (Session session = Session.open(args, ctx)) {
            CloneVm change = new CloneVm(
                    args.operand(0), args.operand(1), args.value(POOL).orElse(null));
            Reports.outcomeWithFiles(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
            return ExitCode.OK;
        }
    }
}
