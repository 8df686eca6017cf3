package org.qubestools.cli;

import java.io.IOException;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.output.Json;

/** A tool with an option of each kind that prints its operands; {@code action} happens before. */
final class ExampleTool implements Tool {
    static final Opt<Boolean> UPPER = Opt.flag("-u", "--upper").help("100% upper case, ${not} expanded");
    static final Opt<Boolean> LOWER = Opt.flag("--lower").help("lower case");
    static final Opt<Integer> TIMES = Opt.number("N", 1, 9, "-n", "--times").help("print N times");

    /** What a test wants to happen in the run. */
    interface Action {
        void run(ToolContext ctx) throws IOException;
    }

    private final Action action;

    ExampleTool(Action action) {
        this.action = action;
    }

    ExampleTool() {
        this(ctx -> {});
    }

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-example", "print operands")
                .operands("WORD ...", 1, 3)
                .options(UPPER, LOWER, TIMES, CommonOptions.QUIET)
                .onlyOneOf(UPPER, LOWER)
                .changesStore()
                .refusesRoot()
                .example("qvm-example -n2 a b", "prints a b twice")
                .exitCode(3, "some words were left out");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws IOException {
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        action.run(ctx);
        if (ctx.isJson()) {
            try (Json json = Json.pretty(ctx.out())) {
                json.beginArray();
                args.operands().forEach(json::element);
                json.end();
            }
            return ExitCode.OK;
        }
        for (int i = 0; i < args.value(TIMES).orElse(1); i++) {
            for (String word : args.operands()) {
                ctx.out().print(word + "\n");
            }
        }
        return ExitCode.OK;
    }
}
