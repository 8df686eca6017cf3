package org.qubestools.cli.tool;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
import org.qubestools.core.edit.CreateVm;
import org.qubestools.core.edit.SetProperties.Assignment;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.VmClass;

/** {@code qvm-create}: makes a VM. */
public final class CreateTool implements Tool {
    private static final Opt<String> TEMPLATE =
            Opt.text("NAME", "-t", "--template").help("template (default: the default template, of an HVM none)");
    private static final Opt<String> LABEL =
            Opt.text("NAME", "-l", "--label").help("colour, required: " + Label.names());
    private static final Opt<Boolean> PROXY = Opt.flag("-p", "--proxy").help("make a ProxyVM");
    private static final Opt<Boolean> NET = Opt.flag("-n", "--net").help("make a NetVM");
    private static final Opt<Boolean> HVM = Opt.flag("-H", "--HVM", "--hvm").help("make an HVM");
    private static final Opt<Boolean> HVM_TEMPLATE = Opt.flag("--hvm-template").help("make a TemplateHVM");
    private static final Opt<String> CLASS =
            Opt.text("CLASS", "--class").help("class of the VM, see --help-classes (default: AppVM)");
    private static final Opt<Boolean> HELP_CLASSES = Opt.flag("--help-classes").help("list the classes and exit");
    private static final Opt<Boolean> STANDALONE =
            Opt.flag("-s", "--standalone").help("no link to the template: its images are copied");
    private static final Opt<String> ROOT_MOVE =
            Opt.file("FILE", "-R", "--root-move-from").help("this file becomes the root image (standalone only)");
    private static final Opt<String> ROOT_COPY =
            Opt.file("FILE", "-r", "--root-copy-from").help("the root image is copied from FILE (standalone only)");
    private static final Opt<String> MEMORY = Opt.text("MIB", "-m", "--mem")
            .help("memory at start (default: 400, of an HVM 512, of a NetVM or ProxyVM 300)");
    private static final Opt<String> VCPUS = Opt.text("N", "-c", "--vcpus").help("number of virtual CPUs (default: 2)");
    private static final Opt<Boolean> INTERNAL = Opt.flag("-i", "--internal").help("hide it from menus");
    private static final Opt<String> POOL = Opt.text("NAME", "-P", "--pool").help("storage pool (default: default)");
    private static final Opt<String> PROPERTY =
            Opt.text("NAME=VALUE", "--property").added().repeatable().help("set a property, as qvm-prefs would");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-create", "make a VM")
                .operands("NAME", 0, ToolSpec.ANY)
                .options(
                        TEMPLATE,
                        LABEL,
                        PROXY,
                        NET,
                        HVM,
                        HVM_TEMPLATE,
                        CLASS,
                        HELP_CLASSES,
                        STANDALONE,
                        ROOT_MOVE,
                        ROOT_COPY,
                        MEMORY,
                        VCPUS,
                        INTERNAL,
                        POOL,
                        PROPERTY,
                        CommonOptions.QUIET)
                .onlyOneOf(PROXY, NET, HVM, HVM_TEMPLATE, CLASS)
                .refusesRoot()
                .changesStore()
                .forBatches()
                .note("Every value is checked before anything is made; if anything fails, nothing stays.")
                .example("qvm-create --label red untrusted", "an AppVM on the default template")
                .example("qvm-create --label green --proxy --property netvm=sys-net fw", "a ProxyVM with its netvm")
                .example("qvm-create --label blue --class HVM win7", "an HVM with an empty disk");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        if (args.has(HELP_CLASSES)) {
            return helpClasses(ctx);
        }
        if (args.operands().size() != 1) {
            throw Usage.error("one name expected");
        }
        VmClass vmClass = vmClass(args);
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        CreateVm change = change(args, vmClass, label(args));
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        try (Session session = Session.open(args, ctx)) {
            Reports.outcomeWithFiles(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
            return ExitCode.OK;
        }
    }

    private static int helpClasses(ToolContext ctx) {
        List<String> names = new ArrayList<>();
        for (VmClass vmClass : VmClass.values()) {
            if (canBeMade(vmClass)) {
                names.add(vmClass.typeName());
            }
        }
        if (ctx.isJson()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "classes");
            result.put("classes", names);
            ctx.json(result);
        } else {
            ctx.println(String.join("\n", names));
        }
        return ExitCode.OK;
    }

    private static boolean canBeMade(VmClass vmClass) {
        return vmClass != VmClass.ADMIN && vmClass != VmClass.DISPOSABLE && vmClass != VmClass.TEMPLATE;
    }

    private static VmClass vmClass(ParsedArguments args) {
        Optional<String> named = args.value(CLASS);
        if (named.isPresent()) {
            VmClass vmClass = VmClass.ofTypeName(named.get());
            if (vmClass == null || !canBeMade(vmClass)) {
                throw Usage.error(
                        "'" + SafeText.of(named.get()) + "' is no class that can be made",
                        "'qvm-create --help-classes' lists them");
            }
            return vmClass;
        }
        if (args.has(PROXY)) {
            return VmClass.PROXY;
        }
        if (args.has(NET)) {
            return VmClass.NET;
        }
        if (args.has(HVM)) {
            return VmClass.HVM;
        }
        return args.has(HVM_TEMPLATE) ? VmClass.TEMPLATE_HVM : VmClass.APP;
    }

    private static Label label(ParsedArguments args) {
        String untrusted = args.value(LABEL).orElse("");
        Label label = Label.of(untrusted);
        if (label == null) {
            String what = untrusted.isEmpty() ? "a label is required" : "'" + SafeText.of(untrusted) + "' is no label";
            throw new QubesException(ErrorKind.INVALID_VALUE, what, "use --label with one of " + Label.names());
        }
        return label;
    }

    private static CreateVm change(ParsedArguments args, VmClass vmClass, Label label) {
        boolean hvmAlone = vmClass == VmClass.HVM && isWithoutTemplate(args);
        boolean standalone = args.has(STANDALONE) || hvmAlone || vmClass == VmClass.TEMPLATE_HVM;
        if (vmClass == VmClass.TEMPLATE_HVM && !isWithoutTemplate(args)) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "a TemplateHVM has no template", "leave --template out");
        }
        return new CreateVm(
                vmClass,
                args.operand(0),
                label,
                args.value(TEMPLATE).orElse(null),
                standalone,
                args.has(INTERNAL),
                args.value(POOL).orElse(Pools.DEFAULT),
                rootImage(args, ROOT_COPY, standalone),
                rootImage(args, ROOT_MOVE, standalone),
                assignments(args));
    }

    private static boolean isWithoutTemplate(ParsedArguments args) {
        String untrusted = args.value(TEMPLATE).orElse("");
        return untrusted.isEmpty() || untrusted.equalsIgnoreCase("none");
    }

    private static @Nullable Path rootImage(ParsedArguments args, Opt<String> option, boolean standalone) {
        Optional<String> untrusted = args.value(option);
        if (untrusted.isEmpty()) {
            return null;
        }
        if (args.has(ROOT_COPY) && args.has(ROOT_MOVE)) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "--root-copy-from and --root-move-from exclude each other");
        }
        if (!standalone) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "only a standalone VM has a root image of its own", "add --standalone");
        }
        Path file = Path.of(untrusted.get()).toAbsolutePath();
        if (!Files.isRegularFile(file)) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "there is no file " + SafeText.of(file.toString()));
        }
        return file;
    }

    private static List<Assignment> assignments(ParsedArguments args) {
        List<Assignment> assignments = new ArrayList<>();
        Optional<String> memory = args.value(MEMORY);
        Optional<String> vcpus = args.value(VCPUS);
        if (memory.isPresent()) {
            assignments.add(new Assignment("memory", memory.get()));
        }
        if (vcpus.isPresent()) {
            assignments.add(new Assignment("vcpus", vcpus.get()));
        }
        for (String property : args.values(PROPERTY)) {
            int equals = property.indexOf('=');
            if (equals <= 0) {
                throw Usage.error("--property takes NAME=VALUE");
            }
            String name = property.substring(0, equals);
            if (name.equals("name")) {
                throw Usage.error("the name is what follows the options, not a --property");
            }
            assignments.add(new Assignment(name, property.substring(equals + 1)));
        }
        return assignments;
    }
}
