package org.qubestools.cli.tool;

import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.Disposables;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.runtime.DisposableImage;
import org.qubestools.core.runtime.QrexecCall;
import org.qubestools.core.runtime.QrexecClient;
import org.qubestools.core.runtime.QrexecCommand;
import org.qubestools.core.runtime.StartOptions;
import org.qubestools.core.runtime.VmStarter;

/** A command in a DisposableVM that is made for it, and is gone before this returns, whatever happens. */
final class DisposableRun {
    private DisposableRun() {}

    /** What is done in the VM while it runs; an interruption of the thread ends it. */
    interface Work {
        int in(QubesVm vm);
    }

    /** CANCELLED if the user ends it. */
    static int of(Runs runs, ToolContext ctx, Work work) {
        try (Disposables disposables = runs.session().qubes().disposables(runs.system())) {
            disposables.clearAbandoned();
            String origin = origin(runs);
            runs.requireWanted();
            QubesVm vm = disposables.create(origin, Label.RED);
            int code;
            try {
                new VmStarter(runs.system()).start(vm, StartOptions.ORDINARY);
                runs.requireWanted();
                code = Interruption.during(ctx, () -> work.in(runs.system().now(vm)));
            } catch (RuntimeException | Error e) {
                discardAfter(e, ctx, disposables, vm);
                throw e;
            }
            disposables.discard(vm);
            return code;
        }
    }

    /** The first failure is the one that is told as such. */
    private static void discardAfter(Throwable first, ToolContext ctx, Disposables disposables, QubesVm vm) {
        try {
            disposables.discard(vm);
        } catch (QubesException left) {
            first.addSuppressed(left);
            ctx.warn("DisposableVM '" + vm.name() + "' is left behind, the next one clears it away: "
                    + left.getMessage());
        }
    }

    /** The VM that DisposableVMs are copies of. */
    private static String origin(Runs runs) {
        VmCollection vms = runs.system().vms();
        QubesVm defaultTemplate = vms.globals().defaultTemplate();
        @Nullable
        String template = new DisposableImage(runs.system())
                .usedTemplate()
                .orElse(defaultTemplate == null ? null : defaultTemplate.name());
        if (template == null || !vms.hasName(template + "-dvm")) {
            throw new QubesException(
                    ErrorKind.NO_SUCH_VM,
                    template == null
                            ? "there is no template for DisposableVMs"
                            : "there is no VM '" + template + "-dvm', of which DisposableVMs would be copies",
                    "make one with qvm-create-default-dvm");
        }
        return template + "-dvm";
    }

    /** Runs a command to its end; its output is lost. */
    static int awaited(ToolContext ctx, QrexecClient qrexec, QrexecCommand wanted) {
        ctx.note("Running command on VM: '" + wanted.vm() + "'...");
        try (QrexecCall call = qrexec.call(wanted)) {
            call.ignoreOutput();
            call.endInput();
            int status = call.awaitExit();
            if (status != 0 && !call.errorText().isEmpty()) {
                ctx.warn("the command said: " + call.errorText());
            }
            return status;
        }
    }
}
