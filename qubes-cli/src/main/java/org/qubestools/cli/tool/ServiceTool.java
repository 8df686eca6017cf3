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
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.edit.SetService;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.property.BoolProperty;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qvm-service}: lists, switches on and off the services of a VM. */
public final class ServiceTool implements Tool {
    private static final Opt<Boolean> LIST = Opt.flag("-l", "--list").help("list the services of the VM (default)");
    private static final Opt<Boolean> ENABLE = Opt.flag("-e", "--enable").help("switch the service on");
    private static final Opt<Boolean> DISABLE = Opt.flag("-d", "--disable").help("switch the service off");
    private static final Opt<Boolean> DEFAULT =
            Opt.flag("-D", "--default").help("remove the entry: the VM decides itself");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-service", "list, switch on and off the services of a VM")
                .operands("VM [SERVICE [on|off]]", 1, 3)
                .options(LIST, ENABLE, DISABLE, DEFAULT)
                .onlyOneOf(LIST, ENABLE, DISABLE, DEFAULT)
                .changesStore()
                .forBatches()
                .note("A running VM sees the change at its next start.")
                .example("qvm-service work", "list the services of work")
                .example("qvm-service work -e cups", "switch cups on")
                .example("qvm-service work cups off", "the same in the other way: switch cups off");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        boolean change = args.has(ENABLE) || args.has(DISABLE) || args.has(DEFAULT);
        int operands = args.operands().size();
        if (change && operands != 2) {
            throw Usage.error("a VM and one service expected");
        }
        if (args.has(LIST) && operands != 1) {
            throw Usage.error("--list takes one VM");
        }
        if (change) {
            return set(args, args.has(DEFAULT) ? null : Boolean.valueOf(args.has(ENABLE)), ctx);
        }
        if (operands == 3) {
            Boolean on = BoolProperty.parse(args.operand(2));
            if (on == null) {
                throw Usage.error("'on' or 'off' expected after the service");
            }
            return set(args, on, ctx);
        }
        return list(args, ctx);
    }

    private static int list(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.open(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            QubesVm vm = store.vms().require(args.operand(0));
            Map<String, Boolean> services =
                    session.view(store, store.vms(), vm).facts().services();
            if (args.operands().size() == 2) {
                Boolean on = services.get(args.operand(1));
                if (on != null) {
                    ctx.println(on ? "Enabled" : "Disabled");
                }
                return ExitCode.OK;
            }
            if (ctx.isJson()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "services");
                result.put("vm", vm.name());
                result.put("services", services);
                ctx.json(result);
            } else {
                print(services, ctx);
            }
            return ExitCode.OK;
        }
    }

    private static void print(Map<String, Boolean> services, ToolContext ctx) {
        int width = 0;
        for (String name : services.keySet()) {
            width = Math.max(width, PropertyText.safe(name).length());
        }
        for (Map.Entry<String, Boolean> service : services.entrySet()) {
            String name = PropertyText.safe(service.getKey());
            ctx.println(name + " ".repeat(width - name.length()) + (service.getValue() ? ": Enabled" : ": Disabled"));
        }
    }

    private static int set(ParsedArguments args, @Nullable Boolean enabled, ToolContext ctx) {
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.open(args, ctx)) {
            SetService change = new SetService(args.operand(0), args.operand(1), enabled);
            Reports.outcome(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
            return ExitCode.OK;
        }
    }
}
