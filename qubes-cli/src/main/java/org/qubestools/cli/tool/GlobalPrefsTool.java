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
import org.qubestools.core.edit.SetGlobal;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.property.GlobalProperties;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qubes-prefs}: lists, gets and sets the global properties. */
public final class GlobalPrefsTool implements Tool {
    private static final int WIDTH = 18;
    private static final String NAMES =
            "clockvm default-fw-netvm default-kernel default-netvm default-template updatevm";
    private static final Opt<Boolean> LIST = Opt.flag("-l", "--list").help("list all (default without operands)");
    private static final Opt<Boolean> GET = Opt.flag("-g", "--get").help("print one (default with one operand)");
    private static final Opt<Boolean> SET = Opt.flag("-s", "--set").help("set one (default with two operands)");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qubes-prefs", "list, get and set the global properties")
                .operands("[PROPERTY [VALUE]]", 0, 2)
                .options(LIST, GET, SET)
                .changesStore()
                .forBatches()
                .note("Properties: " + NAMES + ". A value is the name of a VM or kernel, or 'none'.")
                .example("qubes-prefs", "list all")
                .example("qubes-prefs default-netvm sys-firewall", "set the default netvm");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        int chosen = (args.has(LIST) ? 1 : 0) + (args.has(GET) ? 1 : 0) + (args.has(SET) ? 1 : 0);
        if (chosen > 1) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "give only one of --list, --get and --set");
        }
        int operands = args.operands().size();
        if (args.has(SET) && operands < 2) {
            throw noProperty("a property and a value expected");
        }
        if (args.has(GET) && operands == 0) {
            throw noProperty("a property expected");
        }
        if ((args.has(GET) && operands > 1) || (args.has(LIST) && operands > 0)) {
            throw Usage.error("too many operands");
        }
        if (operands == 0) {
            return list(args, ctx);
        }
        Globals.Key key = Globals.Key.of(args.operand(0));
        if (key == null) {
            throw noProperty("there is no global property '" + SafeText.of(args.operand(0)) + "'");
        }
        return operands == 2 ? set(args, key, ctx) : get(args, key, ctx);
    }

    private static QubesException noProperty(String message) {
        return new QubesException(ErrorKind.NO_SUCH_PROPERTY, message, "properties: " + NAMES);
    }

    private static int list(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            if (ctx.isJson()) {
                Map<String, Object> values = new LinkedHashMap<>();
                for (Globals.Key key : Globals.Key.all()) {
                    values.put(key.xmlName(), GlobalProperties.value(store.vms(), key));
                }
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "globals");
                result.put("globals", values);
                ctx.json(result);
                return ExitCode.OK;
            }
            for (Globals.Key key : Globals.Key.all()) {
                String name = GlobalProperties.id(key);
                String none = key == Globals.Key.DEFAULT_KERNEL ? "None" : "";
                ctx.println(name + " ".repeat(WIDTH - name.length()) + ": " + text(store.vms(), key, none));
            }
            return ExitCode.OK;
        }
    }

    private static String text(VmCollection vms, Globals.Key key, String none) {
        @Nullable String value = GlobalProperties.value(vms, key);
        return value == null ? none : PropertyText.safe(value);
    }

    private static int get(ParsedArguments args, Globals.Key key, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            if (ctx.isJson()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "global");
                result.put("property", key.xmlName());
                result.put("value", GlobalProperties.value(store.vms(), key));
                ctx.json(result);
            } else {
                ctx.println(text(store.vms(), key, ""));
            }
            return ExitCode.OK;
        }
    }

    private static int set(ParsedArguments args, Globals.Key key, ToolContext ctx) {
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.openOffline(args, ctx)) {
            SetGlobal change = new SetGlobal(key, args.operand(1));
            Reports.outcome(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
            return ExitCode.OK;
        }
    }
}
