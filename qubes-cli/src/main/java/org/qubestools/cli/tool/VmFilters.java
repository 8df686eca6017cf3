package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.LocalTime;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmReference;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.BoolProperty;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;
import org.qubestools.core.runtime.PowerState;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.StoreSnapshot;

/** The options of qvm-ls that choose VMs; all that are given must fit, repeated ones in any of their values. */
final class VmFilters {
    private static final Opt<Boolean> RUNNING = Opt.flag("--running").help("only running VMs");
    private static final Opt<Boolean> PAUSED = Opt.flag("--paused").help("only paused VMs");
    private static final Opt<Boolean> HALTED = Opt.flag("--halted").help("only halted VMs");
    private static final Opt<String> CLASS =
            Opt.text("CLASS", "--class").repeatable().help("only this class");
    private static final Opt<String> LABEL =
            Opt.text("NAME", "--label").added().repeatable().help("only this label");
    private static final Opt<String> TEMPLATE = Opt.text("NAME", "--template-source")
            .repeatable()
            .help("only VMs based on this template; '' or none: on none");
    private static final Opt<String> NETVM = Opt.text("NAME", "--netvm-is")
            .added()
            .repeatable()
            .help("only VMs with this netvm; '' or none: without one");
    private static final Opt<String> INTERNAL = Opt.text("y|n", "--internal").help("only internal VMs, or only others");
    private static final Opt<String> PREFS =
            Opt.text("NAME=VALUE", "--prefs").repeatable().help("only VMs with this value of a property; repeatable");
    private static final Opt<Boolean> ALL = Opt.flag("--all").help("every VM (default)");
    private static final Opt<String> EXCLUDE =
            Opt.text("VM", "--exclude").repeatable().help("but not these VMs; wildcards too");

    private final ParsedArguments args;
    private final Session session;
    private final StoreSnapshot store;
    private final Supplier<VmStatuses> statuses;
    private final LocalTime local;
    private final List<QubesVm> excluded;

    VmFilters(
            ParsedArguments args,
            Session session,
            StoreSnapshot store,
            Supplier<VmStatuses> statuses,
            LocalTime local) {
        this.args = args;
        this.session = session;
        this.store = store;
        this.statuses = statuses;
        this.local = local;
        this.excluded = VmNames.require(store.vms(), args.values(EXCLUDE));
        requireVm(TEMPLATE);
        requireVm(NETVM);
    }

    static ToolSpec addTo(ToolSpec spec) {
        return spec.options(RUNNING, PAUSED, HALTED, CLASS, LABEL, TEMPLATE, NETVM, INTERNAL, PREFS, ALL, EXCLUDE);
    }

    /** Whether any of the options was given. */
    static boolean any(ParsedArguments args) {
        for (Opt<?> option :
                List.of(RUNNING, PAUSED, HALTED, CLASS, LABEL, TEMPLATE, NETVM, INTERNAL, PREFS, EXCLUDE)) {
            if (args.has(option)) {
                return true;
            }
        }
        return false;
    }

    /** Usage errors of these options, found before the store is read. */
    static void check(ParsedArguments args) {
        Optional<String> internal = args.value(INTERNAL);
        if (internal.isPresent()) {
            wantsInternal(internal.get());
        }
        for (String condition : args.values(PREFS)) {
            propertyOf(condition);
        }
        List<String> classes = new ArrayList<>();
        for (VmClass vmClass : VmClass.values()) {
            classes.add(vmClass.typeName());
        }
        requireKnown(CLASS, args, classes);
        requireKnown(LABEL, args, List.of(Label.names().split(", ")));
    }

    private static void requireKnown(Opt<String> option, ParsedArguments args, List<String> words) {
        for (String untrusted : args.values(option)) {
            if (words.stream().noneMatch(untrusted::equalsIgnoreCase)) {
                throw Usage.error(option.longestName() + ": '" + SafeText.of(untrusted) + "' is none of "
                        + String.join(", ", words));
            }
        }
    }

    /** A VM that references can be shown to lead to; those that lead nowhere are shown with a question mark. */
    private void requireVm(Opt<String> option) {
        for (String untrusted : args.values(option)) {
            if (!isNone(untrusted) && !untrusted.startsWith("?") && !store.vms().hasName(untrusted)) {
                store.vms().require(untrusted);
            }
        }
    }

    boolean accept(QubesVm vm) {
        VmView view = session.view(store, store.vms(), vm);
        return fits(CLASS, vm.vmClass().typeName())
                && fits(LABEL, view.facts().label().text())
                && fits(TEMPLATE, store.vms().template(vm))
                && fits(NETVM, store.vms().netvm(vm))
                && internal(vm)
                && prefs(view)
                && !excluded.contains(vm)
                && state(vm);
    }

    private boolean fits(Opt<String> option, String value) {
        List<String> wanted = args.values(option);
        boolean fits = wanted.isEmpty();
        for (String word : wanted) {
            fits |= word.equalsIgnoreCase(value);
        }
        return fits;
    }

    /** Names as they are; nothing, and {@code none}, for none. */
    private boolean fits(Opt<String> option, VmReference reference) {
        List<String> wanted = args.values(option);
        boolean none = reference.isNone();
        boolean fits = wanted.isEmpty();
        for (String word : wanted) {
            fits |= none ? isNone(word) : word.equals(reference.shown(""));
        }
        return fits;
    }

    private static boolean isNone(String word) {
        return word.isEmpty() || word.equalsIgnoreCase("none");
    }

    private boolean internal(QubesVm vm) {
        Optional<String> wanted = args.value(INTERNAL);
        return wanted.isEmpty() || wantsInternal(wanted.get()) == vm.is(Attributes.INTERNAL);
    }

    private static boolean wantsInternal(String word) {
        Boolean internal = word.equalsIgnoreCase("y") ? Boolean.TRUE : BoolProperty.parse(word);
        if (word.equalsIgnoreCase("n")) {
            internal = false;
        }
        if (internal == null) {
            throw Usage.error("--internal takes y or n");
        }
        return internal;
    }

    private static VmProperty propertyOf(String condition) {
        int equals = condition.indexOf('=');
        VmProperty property = equals < 1 ? null : VmProperties.named(condition.substring(0, equals));
        if (property == null) {
            throw Usage.error(
                    "--prefs takes NAME=VALUE of a property, not '" + SafeText.of(condition) + "'",
                    "'qvm-prefs --help-properties' lists them");
        }
        return property;
    }

    private boolean prefs(VmView view) {
        for (String condition : args.values(PREFS)) {
            VmProperty property = propertyOf(condition);
            String wanted = condition.substring(condition.indexOf('=') + 1);
            boolean has = property.belongsTo(view.vm().vmClass());
            String text = has ? PropertyText.of(property, view, local) : "";
            Boolean asked = property instanceof BoolProperty ? BoolProperty.parse(wanted) : null;
            boolean fits = asked == null ? text.equals(wanted) : asked.equals(property.value(view));
            boolean fitsNone = isNone(wanted) && has && property.value(view) == null;
            if (!has || !(fits || fitsNone)) {
                return false;
            }
        }
        return true;
    }

    private boolean state(QubesVm vm) {
        if (!args.has(RUNNING) && !args.has(PAUSED) && !args.has(HALTED)) {
            return true;
        }
        VmStatuses now = statuses.get();
        boolean running = now.isRunning(vm);
        boolean paused = now.state(store.vms(), vm) == PowerState.PAUSED;
        return (args.has(RUNNING) && running && !paused)
                || (args.has(PAUSED) && paused)
                || (args.has(HALTED) && !running);
    }
}
