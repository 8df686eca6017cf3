package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.runtime.PowerState;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qvm-check}: tells whether VMs exist and are in a state. */
public final class CheckTool implements Tool {
    private static final Opt<Boolean> RUNNING = Opt.flag("--running").help("the VM runs");
    private static final Opt<Boolean> PAUSED = Opt.flag("--paused").help("the VM is paused");
    private static final Opt<Boolean> TEMPLATE = Opt.flag("--template").help("the VM is a template");
    private static final Opt<Boolean> NETWORKED = Opt.flag("--networked").help("the VM gives network or has some");
    private static final Opt<Boolean> ALL = Opt.flag("--all").help("every VM but dom0");
    private static final int SOME = 3;

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-check", "tell whether VMs exist and are in a state")
                .operands("VM ...", 0, ToolSpec.ANY)
                .options(CommonOptions.QUIET, RUNNING, PAUSED, TEMPLATE, NETWORKED, ALL, VmTargets.EXCLUDE)
                .readsStore()
                .forBatches()
                .note("Of several states all must hold. Names may have wildcards * ? [...].")
                .example("qvm-check -q work && echo there", "for scripts")
                .example("qvm-check --running 'sys-*'", "do all of these run?")
                .exitCode(0, "every VM exists and is in the state")
                .exitCode(1, "no VM does")
                .exitCode(SOME, "some do, with several VMs");
    }

    /** One VM's answer. */
    private record Answer(String name, boolean holds, String text) {}

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        VmTargets.checkUsage(args, ALL);
        boolean asksState = args.has(RUNNING) || args.has(PAUSED);
        try (Session session = Session.open(args, ctx)) {
            if (asksState) {
                session.qubes().vmm().prepare();
            }
            StoreSnapshot store = session.qubes().load();
            boolean quiet = args.has(CommonOptions.QUIET);
            if (!quiet) {
                Reports.problems(ctx, store.problems());
            }
            List<String> names = names(args, store.vms());
            VmStatuses statuses = asksState ? look(session, store.vms(), names) : null;
            List<Answer> answers = new ArrayList<>();
            for (String name : names) {
                answers.add(answer(args, store, session, statuses, name));
            }
            return tell(answers, quiet, ctx);
        }
    }

    private static VmStatuses look(Session session, VmCollection vms, List<String> names) {
        List<QubesVm> asked = new ArrayList<>();
        for (String name : names) {
            QubesVm vm = vms.byName(name);
            if (vm != null) {
                asked.add(vm);
            }
        }
        return VmStatuses.lookAt(session.qubes().vmm(), session.config(), vms, asked);
    }

    private static List<String> names(ParsedArguments args, VmCollection vms) {
        List<String> names = new ArrayList<>();
        if (args.has(ALL)) {
            for (QubesVm vm : VmTargets.notExcluded(args, vms)) {
                names.add(vm.name());
            }
            return names;
        }
        for (String operand : args.operands()) {
            List<QubesVm> matching = VmNames.isPattern(operand) ? VmNames.matching(vms, operand) : List.of();
            for (QubesVm vm : matching) {
                names.add(vm.name());
            }
            if (matching.isEmpty()) {
                names.add(operand);
            }
        }
        return names;
    }

    private static Answer answer(
            ParsedArguments args, StoreSnapshot store, Session session, @Nullable VmStatuses statuses, String name) {
        QubesVm vm = store.vms().byName(name);
        String shown = SafeText.of(name);
        if (vm == null) {
            return new Answer(shown, false, "VM '" + shown + "' does not exist");
        }
        List<String> wrong = new ArrayList<>();
        if (args.has(RUNNING) && statuses != null && !statuses.isRunning(vm)) {
            wrong.add("is not running");
        }
        if (args.has(PAUSED) && statuses != null && statuses.state(store.vms(), vm) != PowerState.PAUSED) {
            wrong.add("is not paused");
        }
        if (args.has(TEMPLATE) && !vm.vmClass().isTemplate()) {
            wrong.add("is not a template");
        }
        if (args.has(NETWORKED) && !session.view(store, store.vms(), vm).facts().networked()) {
            wrong.add("has no network");
        }
        if (!wrong.isEmpty()) {
            return new Answer(shown, false, "VM '" + shown + "' " + String.join(", ", wrong));
        }
        return new Answer(shown, true, "VM '" + shown + "' exists" + states(args));
    }

    private static String states(ParsedArguments args) {
        return (args.has(RUNNING) ? ", is running" : "")
                + (args.has(PAUSED) ? ", is paused" : "")
                + (args.has(TEMPLATE) ? ", is a template" : "")
                + (args.has(NETWORKED) ? ", is networked" : "");
    }

    private static int tell(List<Answer> answers, boolean quiet, ToolContext ctx) {
        int holding = 0;
        Map<String, Object> results = new LinkedHashMap<>();
        for (Answer answer : answers) {
            holding += answer.holds() ? 1 : 0;
            results.put(answer.name(), answer.holds());
            if (!quiet && !ctx.isJson()) {
                ctx.note(answer.text());
            }
        }
        if (ctx.isJson()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "check");
            result.put("vms", results);
            ctx.json(result);
        }
        if (answers.isEmpty()) {
            throw new QubesException(ErrorKind.NO_SUCH_VM, "there is no VM to check");
        }
        if (holding == answers.size()) {
            return ExitCode.OK;
        }
        return holding == 0 ? ExitCode.FAILED : SOME;
    }
}
