package org.qubestools.cli.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.edit.HostTree;
import org.qubestools.core.edit.SetUpdates;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.QrexecCommand;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qubes-set-updates}: whether dom0 and VMs look for updates. */
public final class SetUpdatesTool implements Tool {
    @Override
    public ToolSpec spec() {
        return new ToolSpec("qubes-set-updates", "whether dom0 and VMs look for updates")
                .operands("enable|disable|status", 1, 1)
                .changesStore()
                .forBatches()
                .note("Running VMs are told, as far as commands can be run in them; others see it at their next start.")
                .example("qubes-set-updates status", "what is set now")
                .example("qubes-set-updates disable", "nobody looks for updates any more");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        String word = args.operand(0);
        if (!List.of("enable", "disable", "status").contains(word)) {
            throw Usage.error("'enable', 'disable' or 'status' expected");
        }
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.open(args, ctx)) {
            if (word.equals("status")) {
                status(session, ctx);
            } else {
                SetUpdates change = new SetUpdates(word.equals("enable"));
                Reports.outcome(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
                if (!dryRun && !session.qubes().vmm().isOffline()) {
                    session.afterSave(saved -> tellRunning(change.enabled(), saved, ctx));
                }
            }
            return ExitCode.OK;
        }
    }

    /** The store has it already: a VM that cannot be told sees it at its next start. */
    private static void tellRunning(boolean enabled, Session session, ToolContext ctx) {
        VmStatuses statuses = session.statuses();
        for (QubesVm vm : session.qubes().load().vms().byQidOrder()) {
            if (vm.qid() != 0 && statuses.isRunning(vm)) {
                try {
                    session.commands().start(command(vm, enabled));
                } catch (QubesException e) {
                    ctx.detail("VM '" + vm.name() + "' could not be told: " + e.getMessage());
                }
            }
        }
    }

    private static QrexecCommand command(QubesVm vm, boolean enabled) {
        String verb = enabled ? "start" : "stop";
        return new QrexecCommand(
                new VmName(vm.name()), "root", "systemctl " + verb + " qubes-update-check.timer", null, true, true);
    }

    private static void status(Session session, ToolContext ctx) {
        StoreSnapshot store = session.qubes().load();
        Reports.problems(ctx, store.problems());
        SetUpdates.State state = SetUpdates.of(
                store.vms(), new HostTree(session.config(), session.qubes().files()));
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "updates");
            result.put("dom0", state.dom0());
            result.put("vms", state.vms());
            ctx.json(result);
            return;
        }
        Boolean vms = state.vms();
        ctx.println("dom0: " + word(state.dom0()));
        ctx.println("vms: " + (vms == null ? "mixed" : word(vms)));
    }

    private static String word(boolean enabled) {
        return enabled ? "enabled" : "disabled";
    }
}
