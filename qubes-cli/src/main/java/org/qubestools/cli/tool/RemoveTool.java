package org.qubestools.cli.tool;

import java.util.ArrayList;
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
import org.qubestools.core.edit.RemoveVms;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/** {@code qvm-remove}: deletes VMs. */
public final class RemoveTool implements Tool {
    private static final Opt<Boolean> JUST_DB =
            Opt.flag("--just-db").help("remove only the entry and the definition, keep the files");
    private static final Opt<Boolean> FORCE =
            Opt.flag("-f", "--force").help("also VMs that give network to others; these lose it");
    private static final Opt<Boolean> ALL = Opt.flag("--all").help("every VM but dom0");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-remove", "delete VMs with all their files")
                .operands("VM ...", 0, ToolSpec.ANY)
                .options(CommonOptions.QUIET, JUST_DB, FORCE, ALL, VmTargets.EXCLUDE)
                .refusesRoot()
                .changesStore()
                .forBatches()
                .note("Never asks. All VMs are checked before the first is touched; names may have wildcards.")
                .example("qvm-remove old", "delete one VM")
                .example("qvm-remove --dry-run 'test-*'", "see what would go");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        VmTargets.checkUsage(args, ALL);
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.open(args, ctx)) {
            List<String> names = args.operands();
            if (args.has(ALL) || hasPattern(names)) {
                names = expanded(args, session.qubes().load().vms());
            }
            RemoveVms change = new RemoveVms(names, args.has(JUST_DB), args.has(FORCE));
            Reports.outcomeWithFiles(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
            return ExitCode.OK;
        }
    }

    private static boolean hasPattern(List<String> names) {
        for (String name : names) {
            if (VmNames.isPattern(name)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> expanded(ParsedArguments args, VmCollection vms) {
        List<QubesVm> chosen = args.has(ALL) ? VmTargets.notExcluded(args, vms) : VmNames.require(vms, args.operands());
        List<String> names = new ArrayList<>();
        for (QubesVm vm : chosen) {
            names.add(vm.name());
        }
        return names;
    }
}
