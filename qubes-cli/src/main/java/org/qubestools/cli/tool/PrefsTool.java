package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.edit.SetProperties;
import org.qubestools.core.edit.SetProperties.Assignment;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.SettableProperty;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qvm-prefs}: lists, gets and sets the properties of a VM. */
public final class PrefsTool implements Tool {
    private static final Opt<Boolean> LIST = Opt.flag("-l", "--list").help("list the properties of the VM (default)");
    private static final Opt<Boolean> GET = Opt.flag("-g", "--get").help("print the value of one property");
    private static final Opt<Boolean> SET = Opt.flag("-s", "--set").help("set a property");
    private static final Opt<Boolean> DEFAULT =
            Opt.flag("-D", "--default").help("reset the named properties to their defaults");
    private static final Opt<Boolean> HIDE_DEFAULT =
            Opt.flag("--hide-default").help("list only properties that do not follow a default");
    private static final Opt<String> FORMAT = Opt.choice("FORMAT", List.of("r3", "r4"), "--format")
            .added()
            .help("layout of the list: r3 (default) or r4");
    private static final Opt<Boolean> HELP_PROPERTIES =
            Opt.flag("--help-properties").help("list all properties with their meaning and exit");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-prefs", "list, get and set properties of a VM")
                .operands("VM [PROPERTY [VALUE] | PROPERTY=VALUE ...]", 0, ToolSpec.ANY)
                .options(LIST, GET, SET, DEFAULT, HIDE_DEFAULT, FORMAT, HELP_PROPERTIES)
                .negativeValueFrom(2)
                .refusesRoot()
                .changesStore()
                .forBatches()
                .note("With one operand it lists, with two it gets, with three it sets; -s, -g and -l say it outright."
                        + " Several PROPERTY=VALUE are set together or not at all.")
                .example("qvm-prefs work", "list all properties")
                .example("qvm-prefs work netvm", "print the name of the netvm")
                .example("qvm-prefs -s work netvm sys-firewall", "set the netvm")
                .example("qvm-prefs work memory=600 maxmem=4000", "set two properties at once")
                .example("qvm-prefs -D work kernel", "follow the default kernel again");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        if (args.has(HELP_PROPERTIES)) {
            return helpProperties(ctx);
        }
        if (args.operands().isEmpty()) {
            throw Usage.error("name of a VM expected");
        }
        boolean set = args.has(SET) || args.has(DEFAULT);
        if ((set ? 1 : 0) + (args.has(GET) ? 1 : 0) + (args.has(LIST) ? 1 : 0) > 1) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "give only one of --list, --get, --set and --default");
        }
        if (args.has(GET) && args.operands().size() != 2) {
            throw Usage.error("--get takes a VM and one property");
        }
        if (args.has(LIST) && args.operands().size() > 1) {
            throw Usage.error("--list takes one VM");
        }
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        if (args.has(LIST)) {
            return list(args, ctx);
        }
        if (set || args.operands().size() > 2 || isAssignment(args)) {
            return set(args, ctx);
        }
        return args.operands().size() == 1 ? list(args, ctx) : get(args, ctx);
    }

    private static boolean isAssignment(ParsedArguments args) {
        return args.operands().size() == 2 && args.operand(1).indexOf('=') > 0 && !args.has(GET);
    }

    private static int list(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.open(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            QubesVm vm = store.vms().require(args.operand(0));
            VmView view = session.view(store, store.vms(), vm);
            if (ctx.isJson()) {
                ctx.json(json(view));
                return ExitCode.OK;
            }
            PrefsListing listing = new PrefsListing(view, ctx, damaged(store.problems(), vm));
            boolean r4 = args.value(FORMAT).orElse("r3").equals("r4");
            boolean hide = args.has(HIDE_DEFAULT);
            for (String line : r4 ? listing.r4Lines(hide) : listing.lines(hide)) {
                ctx.println(line);
            }
            return ExitCode.OK;
        }
    }

    /** The XML names of the VM's attributes whose text is not usable. */
    private static Set<String> damaged(List<Problem> problems, QubesVm vm) {
        Set<String> damaged = new HashSet<>(0);
        for (Problem problem : problems) {
            if (problem.about().equals(vm.name())) {
                damaged.add(problem.attribute());
            }
        }
        return damaged;
    }

    private static Map<String, Object> json(VmView view) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (VmProperty property : VmProperties.all()) {
            if (property.belongsTo(view.vm().vmClass())) {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("value", property.value(view));
                if (property instanceof SettableProperty settable) {
                    entry.put("default", settable.isDefault(view));
                }
                properties.put(property.id(), entry);
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "properties");
        result.put("vm", view.vm().name());
        result.put("properties", properties);
        return result;
    }

    private static int get(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.open(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            VmProperty property = VmProperties.named(args.operand(1));
            QubesVm vm = store.vms().require(args.operand(0));
            if (property == null) {
                throw new QubesException(
                        ErrorKind.NO_SUCH_PROPERTY,
                        "there is no property '" + SafeText.of(args.operand(1)) + "'",
                        "qvm-prefs --help-properties lists all");
            }
            if (!property.belongsTo(vm.vmClass())) {
                ctx.warn(vm.vmClass().withArticle() + " has no property '" + property.id() + "'");
                return ExitCode.OK;
            }
            print(session.view(store, store.vms(), vm), property, ctx);
            return ExitCode.OK;
        }
    }

    private static void print(VmView view, VmProperty property, ToolContext ctx) {
        if (ctx.isJson()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "property");
            result.put("vm", view.vm().name());
            result.put("property", property.id());
            result.put("value", property.value(view));
            ctx.json(result);
            return;
        }
        String text = PropertyText.of(property, view, ctx);
        if (!text.isEmpty()) {
            ctx.println(text);
        }
    }

    private static int set(ParsedArguments args, ToolContext ctx) {
        List<Assignment> assignments = args.has(DEFAULT) ? resets(args) : assignments(args);
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.open(args, ctx)) {
            SetProperties change = new SetProperties(args.operand(0), assignments);
            EditOutcome outcome = session.qubes().edit(List.of(change), dryRun);
            Reports.outcome(ctx, outcome, dryRun);
            LiveChanges.follow(session, ctx, outcome);
            return ExitCode.OK;
        }
    }

    private static List<Assignment> resets(ParsedArguments args) {
        if (args.operands().size() < 2) {
            throw Usage.error("--default takes a VM and the properties to reset");
        }
        List<Assignment> resets = new ArrayList<>();
        for (String name : args.operands().subList(1, args.operands().size())) {
            resets.add(new Assignment(name, null));
        }
        return resets;
    }

    /** One property and its value, or any number of PROPERTY=VALUE; the originals' code for too few or many is 1. */
    private static List<Assignment> assignments(ParsedArguments args) {
        List<String> words = args.operands().subList(1, args.operands().size());
        boolean pair = words.size() == 2 && VmProperties.settable(words.get(0)) != null;
        if (pair) {
            return List.of(new Assignment(words.get(0), words.get(1)));
        }
        if (words.equals(List.of("label")) || words.equals(List.of("kernel"))) {
            return List.of(new Assignment(words.get(0), "")); // refused with the list of what there is
        }
        List<Assignment> assignments = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw malformed(words);
            }
            assignments.add(new Assignment(word.substring(0, equals), word.substring(equals + 1)));
        }
        if (assignments.isEmpty()) {
            throw malformed(words);
        }
        return assignments;
    }

    private static QubesException malformed(List<String> words) {
        if (!words.isEmpty() && VmProperties.settable(words.get(0)) == null) {
            return new QubesException(
                    ErrorKind.NO_SUCH_PROPERTY,
                    "there is no property '" + SafeText.of(words.get(0)) + "' that can be set",
                    "settable are: " + VmProperties.settableNames());
        }
        Optional<SettableProperty> property =
                words.isEmpty() ? Optional.empty() : Optional.ofNullable(VmProperties.settable(words.get(0)));
        String what = property.isEmpty()
                ? "a property and its value expected"
                : property.get().id() + ": one value expected ("
                        + property.get().help() + ")";
        return new QubesException(ErrorKind.INVALID_VALUE, what, "settable are: " + VmProperties.settableNames());
    }

    private static int helpProperties(ToolContext ctx) {
        PropertyHelp help = new PropertyHelp(ctx);
        for (VmProperty property : VmProperties.all()) {
            help.add(property.id(), property instanceof SettableProperty, property.help());
        }
        help.print("* can only be read\n");
        return ExitCode.OK;
    }
}
