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
import org.qubestools.core.edit.RegisterVm;
import org.qubestools.core.model.VmClass;

/** {@code qvm-add-template} and {@code qvm-add-appvm}: register a VM whose files are there already. */
public final class AddTool implements Tool {
    private static final Opt<String> PATH =
            Opt.text("DIR", "-p", "--path").help("taken for the sake of old scripts, without effect since R3.1");
    private static final Opt<String> CONF =
            Opt.text("FILE", "-c", "--conf").help("taken for the sake of old scripts, without effect since R3.1");
    private static final Opt<Boolean> RPM = Opt.flag("--rpm").help("a package owns the files; root may run it");

    private final boolean template;

    private AddTool(boolean template) {
        this.template = template;
    }

    public static AddTool ofTemplates() {
        return new AddTool(true);
    }

    public static AddTool ofAppVms() {
        return new AddTool(false);
    }

    @Override
    public ToolSpec spec() {
        ToolSpec spec = template
                ? new ToolSpec("qvm-add-template", "register a template whose files are there already")
                        .operands("NAME", 1, 1)
                        .options(PATH, CONF, RPM)
                        .example("qvm-add-template --rpm fedora-23", "from the script of a package")
                : new ToolSpec("qvm-add-appvm", "register an AppVM whose files are there already")
                        .operands("NAME TEMPLATE", 2, 2)
                        .options(PATH, CONF)
                        .example("qvm-add-appvm work fedora-23", "for a directory that was copied by hand");
        return spec.refusesRoot()
                .changesStore()
                .forBatches()
                .note(
                        "Needed are the directory, private.img, root.img (of the template, if it has one) and the kernel.");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        boolean rpm = template && args.has(RPM);
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT) || rpm);
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        if (args.has(PATH) || args.has(CONF)) {
            ctx.warn("--path and --conf have no effect: the pool decides where the files are");
        }
        try (Session session = template ? Session.openOffline(args, ctx) : Session.open(args, ctx)) {
            RegisterVm change = template
                    ? new RegisterVm(VmClass.TEMPLATE, args.operand(0), null, rpm)
                    : new RegisterVm(VmClass.APP, args.operand(0), args.operand(1), false);
            Reports.outcome(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
            return ExitCode.OK;
        }
    }
}
