package org.qubestools.cli.tool;

import java.util.List;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.edit.CommitTemplate;

/** {@code qvm-template-commit}: VMs start from what a template is now. */
public final class TemplateCommitTool implements Tool {
    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-template-commit", "have VMs start from what their template is now")
                .operands("VM", 1, 1)
                .changesStore()
                .forBatches()
                .note("The template must be halted. What it was before stays beside it, in root-cow.img.old.")
                .example("qvm-template-commit fedora-23", "after it was shut down");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.open(args, ctx)) {
            CommitTemplate change = new CommitTemplate(args.operand(0));
            Reports.outcome(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
            return ExitCode.OK;
        }
    }
}
