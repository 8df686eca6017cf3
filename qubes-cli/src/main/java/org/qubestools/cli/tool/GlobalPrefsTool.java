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
    private static final Opt<Boolean> DEFAULT =
            Opt.flag("-D", "--default").help("reset the named ones to their default, which is none");
    private static final Opt<Boolean> HIDE_DEFAULT = Opt.flag("--hide-default").help("list only those that are set");
    private static final Opt<Boolean> HELP_PROPERTIES =
            Opt.flag("--help-properties").help("list all with their meaning and exit");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qubes-prefs", "list, get and set the global properties")
                .operands("[PROPERTY [VALUE] | PROPERTY=VALUE ...]", 0, ToolSpec.ANY)
                .options(LIST, GET, SET, DEFAULT, HIDE_DEFAULT, HELP_PROPERTIES)
                .changesStore()
                .forBatches()
                .note("Properties: " + NAMES + ". A value is the name of a VM or kernel, or 'none'. Several"
                        + " PROPERTY=VALUE are set together or not at all.")
                .example("qubes-prefs", "list all")
                .example("qubes-prefs default-netvm sys-firewall", "set the default netvm")
                .example("qubes-prefs -D updatevm", "no VM downloads updates of dom0");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        if (args.has(HELP_PROPERTIES)) {
            PropertyHelp help = new PropertyHelp(ctx);
            for (Globals.Key key : Globals.Key.all()) {
                help.add(GlobalProperties.id(key), true, GlobalProperties.help(key));
            }
            help.print("");
            return ExitCode.OK;
        }
        int chosen = 0;
        for (Opt<?> action : List.of(LIST, GET, SET, DEFAULT)) {
            chosen += args.has(action) ? 1 : 0;
        }
        if (chosen > 1) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "give only one of --list, --get, --set and --default");
        }
        List<String> operands = args.operands();
        if ((args.has(GET) && operands.size() > 1) || (args.has(LIST) && !operands.isEmpty())) {
            throw Usage.error("too many operands");
        }
        if (operands.isEmpty() && !args.has(GET) && !args.has(SET) && !args.has(DEFAULT)) {
            return list(args, ctx);
        }
        boolean gets = args.has(GET)
                || (chosen == 0 && operands.size() == 1 && operands.get(0).indexOf('=') < 0);
        if (gets) {
            return get(args, key(operands.isEmpty() ? "" : operands.get(0)), ctx);
        }
        return set(args, args.has(DEFAULT) ? resets(operands) : assignments(operands), ctx);
    }

    private static Globals.Key key(String untrusted) {
        Globals.Key key = Globals.Key.of(untrusted);
        if (key == null) {
            throw noProperty(
                    untrusted.isEmpty()
                            ? "a property expected"
                            : "there is no global property '" + SafeText.of(untrusted) + "'");
        }
        return key;
    }

    private static List<SetGlobal> resets(List<String> names) {
        List<SetGlobal> resets = new ArrayList<>();
        for (String name : names) {
            resets.add(new SetGlobal(key(name), ""));
        }
        if (resets.isEmpty()) {
            throw noProperty("a property expected");
        }
        return resets;
    }

    /** One property and its value, or any number of PROPERTY=VALUE; the originals' code for too few is 1. */
    private static List<SetGlobal> assignments(List<String> words) {
        if (!words.isEmpty() && words.get(0).indexOf('=') < 0) {
            Globals.Key key = key(words.get(0));
            if (words.size() < 2) {
                throw noProperty("a property and a value expected");
            }
            if (words.size() > 2) {
                throw Usage.error("unexpected operand '" + SafeText.of(words.get(2)) + "'");
            }
            return List.of(new SetGlobal(key, words.get(1)));
        }
        List<SetGlobal> changes = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw Usage.error("PROPERTY=VALUE expected, not '" + SafeText.of(word) + "'");
            }
            changes.add(new SetGlobal(key(word.substring(0, equals)), word.substring(equals + 1)));
        }
        if (changes.isEmpty()) {
            throw noProperty("a property and a value expected");
        }
        return changes;
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
                for (Globals.Key key : listed(args, store.vms())) {
                    values.put(key.xmlName(), GlobalProperties.value(store.vms(), key));
                }
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "globals");
                result.put("globals", values);
                ctx.json(result);
                return ExitCode.OK;
            }
            for (Globals.Key key : listed(args, store.vms())) {
                String name = GlobalProperties.id(key);
                String none = key == Globals.Key.DEFAULT_KERNEL ? "None" : "";
                ctx.println(name + " ".repeat(WIDTH - name.length()) + ": " + text(store.vms(), key, none));
            }
            return ExitCode.OK;
        }
    }

    private static List<Globals.Key> listed(ParsedArguments args, VmCollection vms) {
        List<Globals.Key> listed = new ArrayList<>();
        for (Globals.Key key : Globals.Key.all()) {
            if (!args.has(HIDE_DEFAULT) || GlobalProperties.value(vms, key) != null) {
                listed.add(key);
            }
        }
        return listed;
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

    private static int set(ParsedArguments args, List<SetGlobal> changes, ToolContext ctx) {
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.openOffline(args, ctx)) {
            Reports.outcome(ctx, session.qubes().edit(changes, dryRun), dryRun);
            return ExitCode.OK;
        }
    }
}
