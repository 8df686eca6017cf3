package org.qubestools.cli.tool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.edit.CreateVm;
import org.qubestools.core.edit.SetProperties;
import org.qubestools.core.edit.SetProperties.Assignment;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.runtime.DisposableImage;

/** {@code qvm-create-default-dvm}: makes the VM that DisposableVMs come from, and its saved image. */
public final class CreateDvmTool implements Tool {
    private static final long MAXMEM_MIB = 4000;
    private static final int MAX_SCRIPT = 2000;

    private static final Opt<Boolean> DEFAULT_TEMPLATE =
            Opt.flag("--default-template").help("of the default template");
    private static final Opt<Boolean> USED_TEMPLATE =
            Opt.flag("--used-template").help("of the template that the present image has");
    private static final Opt<Boolean> DEFAULT_SCRIPT =
            Opt.flag("--default-script").help("the VM's own script prepares it");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-create-default-dvm", "make the VM and the image that DisposableVMs come from")
                .operands("[TEMPLATE] [SCRIPT]", 0, 2)
                .options(CommonOptions.QUIET, DEFAULT_TEMPLATE, USED_TEMPLATE, DEFAULT_SCRIPT)
                .onlyOneOf(DEFAULT_TEMPLATE, USED_TEMPLATE)
                .readsStore()
                .dryRuns()
                .needsSystem()
                .note(
                        "The VM is called TEMPLATE-dvm; SCRIPT is a file whose content runs in it before it is saved. Where"
                                + " the driver cannot restore saved VMs, only the VM is made, and DisposableVMs are booted.")
                .example("qvm-create-default-dvm --default-template --default-script", "as after installation");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws IOException {
        boolean named = !args.has(DEFAULT_TEMPLATE) && !args.has(USED_TEMPLATE);
        List<String> operands = args.operands();
        int scripts = operands.size() - (named ? 1 : 0);
        if (scripts < 0 || scripts > (args.has(DEFAULT_SCRIPT) ? 0 : 1)) {
            throw Usage.error("a template, and at most one script, expected");
        }
        String script = args.has(DEFAULT_SCRIPT)
                ? DisposableImage.USUAL_SCRIPT
                : scripts == 0 ? null : script(Path.of(operands.get(operands.size() - 1)));
        if (args.has(CommonOptions.DRY_RUN)) {
            return dryRun(args, ctx);
        }
        String dvm;
        try (Runs runs = Runs.open(args, ctx)) {
            QubesVm template = template(args, runs);
            dvm = template.name() + "-dvm";
            CreateVm change = creation(runs, template, dvm);
            if (change != null) {
                Reports.said(ctx, runs.session().qubes().edit(List.of(change), false));
            }
        }
        try (Runs runs = Runs.open(args, ctx)) {
            return prepare(ctx, runs, dvm, script);
        }
    }

    private static String script(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        if (content.length > MAX_SCRIPT) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "the script " + SafeText.of(file.toString()) + " has more than " + MAX_SCRIPT + " bytes",
                    "let it call a program in the template");
        }
        return new String(content, StandardCharsets.UTF_8);
    }

    private static QubesVm template(ParsedArguments args, Runs runs) {
        VmCollection vms = runs.store().vms();
        QubesVm template;
        if (args.has(DEFAULT_TEMPLATE)) {
            template = vms.globals().defaultTemplate();
        } else if (args.has(USED_TEMPLATE)) {
            template = new DisposableImage(runs.system())
                    .usedTemplate()
                    .map(vms::require)
                    .orElse(null);
        } else {
            template = vms.require(args.operand(0));
        }
        if (template == null) {
            throw new QubesException(ErrorKind.NO_SUCH_VM, "there is no such template", "name one");
        }
        if (template.vmClass() != VmClass.TEMPLATE) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "VM '" + template.name() + "' is " + template.vmClass().withArticle(),
                    "DisposableVMs need a TemplateVM");
        }
        return template;
    }

    private static int dryRun(ParsedArguments args, ToolContext ctx) {
        try (Runs runs = Runs.open(args, ctx)) {
            QubesVm template = template(args, runs);
            String name = template.name() + "-dvm";
            CreateVm change = creation(runs, template, name);
            boolean saved = new DisposableImage(runs.system()).isOfUse();
            QubesVm known = runs.store().vms().byName(name);
            if (saved && known != null && runs.system().isRunning(known)) {
                throw new QubesException(ErrorKind.WRONG_STATE, "VM '" + name + "' is running", "shut it down first");
            }
            if (ctx.isJson()) {
                return done(ctx, name, null, true);
            }
            if (change != null) {
                Reports.outcome(ctx, runs.session().qubes().edit(List.of(change), true), true);
            }
            ctx.println(
                    saved
                            ? "VM '" + name + "' would be started and saved, DisposableVMs be restored from that"
                            : "DisposableVMs would be copies of VM '" + name + "'");
            return ExitCode.OK;
        }
    }

    /** What makes the VM; null if it is there. */
    private static @Nullable CreateVm creation(Runs runs, QubesVm template, String name) {
        VmCollection vms = runs.store().vms();
        QubesVm known = vms.byName(name);
        if (known != null) {
            QubesVm its = vms.template(known).vm();
            if (its == null || its.key() != template.key()) {
                throw new QubesException(
                        ErrorKind.IN_USE,
                        "VM '" + name + "' is not based on '" + template.name() + "'",
                        "rename it, or set its template with qvm-prefs");
            }
            return null;
        }
        long hostMib = runs.session().qubes().vmm().host().memoryMib();
        long maxmem = Math.min(MAXMEM_MIB, hostMib / 2);
        return new CreateVm(
                VmClass.APP,
                name,
                Label.GRAY,
                template.name(),
                false,
                true,
                Pools.DEFAULT,
                null,
                null,
                List.of(new Assignment("vcpus", "1"), new Assignment("maxmem", String.valueOf(maxmem))));
    }

    private static int prepare(ToolContext ctx, Runs runs, String name, @Nullable String script) {
        QubesVm dvm = runs.store().vms().require(name);
        DisposableImage image = new DisposableImage(runs.system());
        if (!image.isOfUse()) {
            image.choose(dvm);
            ctx.note("VM '" + name + "' is there; DisposableVMs are booted here, so no image of it is saved");
            return done(ctx, name, null, false);
        }
        long memory = image.prepare(dvm, script);
        SetProperties change = new SetProperties(name, List.of(new Assignment("memory", String.valueOf(memory))));
        Reports.said(ctx, runs.session().qubes().edit(List.of(change), false));
        return done(ctx, name, image.use(dvm), false);
    }

    private static int done(ToolContext ctx, String name, @Nullable String image, boolean dryRun) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "dvm");
            result.put("vm", name);
            result.put("image", image);
            result.put("dry_run", dryRun);
            ctx.json(result);
        }
        return ExitCode.OK;
    }
}
