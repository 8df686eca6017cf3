package org.qubestools.cli.tool;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.backup.Question;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.output.ProgressOutput;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.TemplateRevert;

/** {@code qvm-revert-template-changes}: a template becomes what it was before its last commit. */
public final class RevertTool implements Tool {
    private static final Opt<Boolean> FORCE = Opt.flag("--force").help("do not ask");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-revert-template-changes", "take back what changed in a template since its last commit")
                .operands("VM", 1, 1)
                .options(CommonOptions.QUIET, FORCE)
                .readsStore()
                .needsSystem()
                .dryRuns()
                .note(
                        "Needs root, and the device-mapper, which has noted what was there before: nothing is noted where "
                                + "templates run without it. The template and all VMs that are based on it must be halted.")
                .note("When it is interrupted the template is between two states; the next run goes on from there.")
                .example("qvm-revert-template-changes fedora-23", "after an update that went wrong");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        if (ctx.host().effectiveUserId() != 0) {
            throw new QubesException(ErrorKind.WRONG_STATE, "only root can take back changes of templates", "use sudo");
        }
        try (Runs runs = Runs.open(args, ctx)) {
            QubesVm vm = runs.store().vms().require(args.operand(0));
            TemplateRevert revert = new TemplateRevert(
                    runs.system(), vm, runs.session().config().settings());
            revert.check();
            boolean dryRun = args.has(CommonOptions.DRY_RUN);
            boolean goesOn = dryRun || args.has(FORCE) || isConfirmed(vm, ctx);
            if (goesOn && !dryRun) {
                revert.run(ProgressOutput.of(
                        ctx.status(), ctx.isJson(), ctx.host().errorIsTerminal(), args.has(CommonOptions.QUIET)));
            }
            report(vm, goesOn && !dryRun, dryRun, ctx);
            return ExitCode.OK;
        }
    }

    private static boolean isConfirmed(QubesVm vm, ToolContext ctx) {
        return Question.yes(
                "All that was changed in template '" + vm.name()
                        + "' since its last commit will be lost. Go on? [y/N] ",
                ctx);
    }

    private static void report(QubesVm vm, boolean reverted, boolean dryRun, ToolContext ctx) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "revert");
            result.put("vm", vm.name());
            result.put("reverted", reverted);
            result.put("dry_run", dryRun);
            ctx.json(result);
        } else if (dryRun) {
            ctx.println("the changes of template '" + vm.name() + "' since its last commit would be taken back");
        }
    }
}
