package org.qubestools.cli.tool;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.storage.ImageGrowth;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.devices.DeviceSize;

/** What {@code qvm-grow-private}, {@code qvm-grow-root} and {@code qvm-volume resize} do. */
final class GrowActions {
    private final ParsedArguments args;
    private final ToolContext ctx;

    GrowActions(ParsedArguments args, ToolContext ctx) {
        this.args = args;
        this.ctx = ctx;
    }

    /** Lengthens the root or the private image of a VM and tells of it; returns the exit code. */
    int grow(String untrustedVm, boolean root, String untrustedSize) {
        try (Session session = Session.open(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            QubesVm vm = store.vms().require(untrustedVm);
            VmView view = session.view(store, store.vms(), vm);
            long size = DeviceSize.parse(untrustedSize);
            String shown = root ? rootImage(store, view) : view.files().privateImage();
            if (shown == null) {
                throw refused(vm, "has no image of that kind");
            }
            requireHalted(session, store, vm, root);
            Path file = session.config().real(shown);
            long before = ImageGrowth.check(file, shown, size);
            boolean dryRun = args.has(CommonOptions.DRY_RUN);
            if (!dryRun && size > before) {
                ImageGrowth.grow(FileLayer.system(), file, shown, size);
            }
            report(vm, root, shown, before, size, dryRun);
            return ExitCode.OK;
        }
    }

    private static String rootImage(StoreSnapshot store, VmView view) {
        QubesVm vm = view.vm();
        boolean right = vm.vmClass() == VmClass.APP || vm.vmClass().isTemplate() || vm.vmClass() == VmClass.HVM;
        if (!right) {
            throw refused(vm, "is a " + vm.vmClass().typeName() + ", whose root image is not its own to grow");
        }
        if (store.vms().template(vm).vm() != null) {
            throw refused(vm, "has the root image of its template");
        }
        String shown = view.files().rootImage();
        if (shown == null) {
            throw refused(vm, "has no root image");
        }
        return shown;
    }

    /** Offline every VM counts as halted. */
    private static void requireHalted(Session session, StoreSnapshot store, QubesVm vm, boolean root) {
        if (session.qubes().vmm().isOffline()) {
            return;
        }
        requireHalted(session, vm, "VM '" + vm.name() + "' is running");
        if (root && vm.vmClass() == VmClass.TEMPLATE_HVM) {
            for (QubesVm based : store.vms().basedOn(vm)) {
                requireHalted(session, based, "VM '" + based.name() + "', which is based on it, is running");
            }
        }
    }

    private static void requireHalted(Session session, QubesVm vm, String running) {
        if (session.statuses().isRunning(vm)) {
            throw new QubesException(ErrorKind.WRONG_STATE, running, "shut it down first");
        }
    }

    private static QubesException refused(QubesVm vm, String why) {
        return new QubesException(
                ErrorKind.INVALID_VALUE, "VM '" + vm.name() + "' " + why, "'qvm-ls' shows the classes");
    }

    private void report(QubesVm vm, boolean root, String file, long before, long after, boolean dryRun) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "grow");
            result.put("vm", vm.name());
            result.put("file", file);
            result.put("before", before);
            result.put("after", after);
            result.put("dry_run", dryRun);
            ctx.json(result);
        } else if (dryRun) {
            ctx.println(after == before ? "nothing would change" : file + ": " + before + " -> " + after + " bytes");
        }
        if (root && !dryRun && after > before) {
            ctx.note("the image of VM '" + vm.name()
                    + "' has grown; enlarge the file system in it after its next start");
        }
    }
}
