package org.qubestools.cli.tool;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.TemplateTrim;
import org.qubestools.core.runtime.TemplateTrim.Usage;

/** {@code qvm-trim-template}: the room that a template has freed is the host's again. */
public final class TrimTool implements Tool {
    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-trim-template", "give back the room that a template does not use any more")
                .operands("VM", 1, 1)
                .options(CommonOptions.QUIET)
                .readsStore()
                .needsSystem()
                .dryRuns()
                .note("What was deleted in a template goes on taking room in its root image. This has the file system"
                        + " free it, by fstrim in a VM, and tells how much room the image took before and takes after.")
                .note(
                        "On Xen that VM is made for it: trim-TEMPLATE, which is in no store, and gone at the end whatever"
                                + " happens. On QEMU the template itself is started and shut down again; it must answer qvm-run.")
                .note("The template and all VMs that are based on it must be halted. Its root-cow.img.old is deleted:"
                        + " what was changed before the last commit cannot be taken back any more.")
                .example("qvm-trim-template fedora-23", "after an update");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        try (Runs runs = Runs.open(args, ctx)) {
            QubesVm vm = runs.store().vms().require(args.operand(0));
            TemplateTrim trim = new TemplateTrim(
                    runs.system(), runs.system().commands(ctx.host().qrexec()), vm);
            trim.check();
            Usage before = trim.usage();
            Usage after = null;
            if (!args.has(CommonOptions.DRY_RUN)) {
                trim.run(Interruption.endable(ctx));
                after = trim.usage();
            }
            report(vm, before, after, ctx);
            return ExitCode.OK;
        }
    }

    private static void report(QubesVm vm, Usage before, @Nullable Usage after, ToolContext ctx) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "trim");
            result.put("vm", vm.name());
            result.put("before", before.root());
            result.put("after", after == null ? null : after.root());
            result.put("old_changes", before.old());
            result.put("dry_run", after == null);
            ctx.json(result);
            return;
        }
        String old = before.old() == 0 ? "" : ", " + SizeText.oneDecimal(before.old()) + " of them changes of before";
        ctx.println("disk usage before: " + SizeText.oneDecimal(before.root() + before.old()) + old);
        ctx.println(
                after == null
                        ? "the root image of template '" + vm.name() + "' would be trimmed"
                        : "disk usage after: " + SizeText.oneDecimal(after.root()));
    }
}
