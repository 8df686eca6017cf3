package org.qubestools.cli.tool;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.batch.BatchFault;
import org.qubestools.cli.batch.BatchPlan;
import org.qubestools.cli.batch.BatchRun;
import org.qubestools.cli.batch.BatchText;
import org.qubestools.cli.frame.ErrorReporter;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.InputFiles;
import org.qubestools.cli.frame.Messages;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.EditOutcome;

/** {@code qvm-batch}: many command lines as one change of the store. */
public final class BatchTool implements Tool {
    private static final Opt<Boolean> KEEP_GOING =
            Opt.flag("-k", "--keep-going").help("leave out lines that fail, and do all others");

    private final Function<String, Optional<Tool>> tools;

    /** {@code tools}: finds a tool by its name. */
    public BatchTool(Function<String, Optional<Tool>> tools) {
        this.tools = tools;
    }

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-batch", "run many command lines as one change of the store")
                .operands("[FILE|-]", 0, 1)
                .options(KEEP_GOING, CommonOptions.QUIET)
                .refusesRoot()
                .changesStore()
                .note(
                        "FILE, or standard input, has one command line of a tool on each line, with the quotes of a shell but"
                                + " nothing else of it, or a JSON array of words; '#' begins a comment. See docs/batch.md.")
                .note(
                        "All lines are one change: the store is locked, read and saved once, and if a line fails, nothing is"
                                + " saved. Each line sees what those before it have planned. What concerns running VMs follows"
                                + " after the save.")
                .example("qvm-batch setup.batch", "do all that the file says, or nothing")
                .example("qvm-batch --dry-run setup.batch", "show what would change")
                .example("qvm-batch --keep-going setup.batch", "do every line that can be done")
                .exitCode(BatchRun.SOME, "with --keep-going: some lines were done and others not");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws IOException {
        BatchPlan plan = BatchPlan.of(BatchText.read(read(args, ctx)), tools);
        if (!plan.faults().isEmpty()) {
            for (BatchFault fault : plan.faults()) {
                Messages messages = Messages.of("qvm-batch", args, ctx.err()).atLine(fault.number());
                new ErrorReporter(messages, ExitCode.USAGE).report(fault.reason());
            }
            return ExitCode.USAGE;
        }
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.open(args, ctx)) {
            BatchRun run = new BatchRun(plan.steps(), args, ctx, session, args.has(KEEP_GOING));
            EditOutcome outcome = run.run(plan.makesStore(), dryRun);
            report(ctx, outcome, run, dryRun);
            if (outcome != null && !dryRun) {
                try {
                    LiveChanges.follow(session, ctx, outcome);
                } finally {
                    run.finish();
                }
            }
            return run.code();
        }
    }

    private static byte[] read(ParsedArguments args, ToolContext ctx) throws IOException {
        String name = args.operands().isEmpty() ? "-" : args.operand(0);
        try (InputStream in = InputFiles.open(name, ctx)) {
            return in.readNBytes(BatchText.MAX_SIZE + 1);
        }
    }

    private static void report(ToolContext ctx, @Nullable EditOutcome outcome, BatchRun run, boolean dryRun) {
        if (outcome != null) {
            Reports.problems(ctx, outcome.problems());
            Reports.said(ctx, outcome);
        }
        if (ctx.isJson()) {
            ctx.json(json(outcome, run, dryRun));
        } else if (dryRun && outcome != null) {
            Reports.text(outcome).forEach(ctx::println);
        }
    }

    private static Map<String, @Nullable Object> json(@Nullable EditOutcome outcome, BatchRun run, boolean dryRun) {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("type", "batch");
        result.put("dry_run", dryRun);
        result.put("saved", outcome != null && outcome.saved());
        List<Object> lines = new ArrayList<>();
        for (BatchRun.Result line : run.results()) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("line", (long) line.line().number());
            entry.put("command", line.line().words());
            entry.put("exit", (long) line.code());
            entry.put("result", line.result());
            lines.add(entry);
        }
        result.put("lines", lines);
        for (String part : List.of("globals", "vms", "files")) {
            result.put(
                    part,
                    outcome == null ? List.of() : Reports.json(outcome, dryRun).get(part));
        }
        return result;
    }
}
