package org.qubestools.cli.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;

/** {@code qvm-init-storage}: makes an empty store. */
public final class InitStorageTool implements Tool {
    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-init-storage", "make an empty store and the directories around it")
                .options(CommonOptions.DRY_RUN)
                .forBatches()
                .note("An existing store is never touched.")
                .example("qvm-init-storage --root /mnt/target", "for an installer");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            boolean dryRun = args.has(CommonOptions.DRY_RUN);
            List<String> made = session.qubes().initStorage(dryRun);
            report(ctx, made, dryRun);
            return ExitCode.OK;
        }
    }

    private static void report(ToolContext ctx, List<String> made, boolean dryRun) {
        if (ctx.isJson()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "init");
            result.put("dry_run", dryRun);
            result.put("files", made);
            ctx.json(result);
            return;
        }
        for (String line : made) {
            if (dryRun) {
                ctx.println(line);
            } else {
                ctx.detail(line);
            }
        }
    }
}
