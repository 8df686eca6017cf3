package org.qubestools.cli.tool;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.frame.ToolReport;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.runtime.VmGrowth;
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
            boolean online = !session.qubes().vmm().isOffline();
            if (root && online) {
                requireHalted(session, store, vm);
            }
            boolean running = !root && online && session.statuses().isRunning(vm);
            boolean starts = root
                    && online
                    && args.has(GrowTool.ALLOW_START)
                    && !vm.vmClass().isHvm();
            Image image = new Image(vm, session.config().real(shown), shown, size);
            if (running || starts) {
                growWith(session, store, image, running);
            } else {
                growFile(image);
                report(image, false, root);
            }
            return ExitCode.OK;
        }
    }

    /** An image and how long it shall be. */
    private record Image(QubesVm vm, Path file, String shown, long size, long before) {
        /** INVALID_VALUE if it is longer now. */
        Image(QubesVm vm, Path file, String shown, long size) {
            this(vm, file, shown, size, ImageGrowth.check(file, shown, size));
        }
    }

    private boolean isDryRun() {
        return args.has(CommonOptions.DRY_RUN);
    }

    private void growFile(Image image) {
        if (!isDryRun() && image.size > image.before) {
            ImageGrowth.grow(FileLayer.system(), image.file, image.shown, image.size);
        }
    }

    /** With the file system too, which an image that is as long already may still lack. */
    private void growWith(Session session, StoreSnapshot store, Image image, boolean running) {
        try (EndableReport report = new EndableReport(ToolReport.details(ctx), ctx);
                RunningSystem system = session.running(store, report)) {
            VmGrowth growth = new VmGrowth(
                    system,
                    system.commands(ctx.host().qrexec()),
                    session.config().settings(),
                    Interruption.endable(ctx));
            if (running) {
                growth.checkPrivate(image.vm, image.size);
            }
            if (!isDryRun()) {
                report.requireWanted();
                if (running) {
                    growth.growPrivate(image.vm, image.file, image.shown, image.size);
                } else {
                    growFile(image);
                    growth.growRootInside(image.vm, image.shown);
                }
            }
        }
        report(image, !isDryRun(), false);
    }

    private static String rootImage(StoreSnapshot store, VmView view) {
        QubesVm vm = view.vm();
        QubesVm template = store.vms().template(vm).vm();
        if (template != null) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "VM '" + vm.name() + "' has the root image of its template '" + template.name() + "'",
                    "grow that of '" + template.name() + "'");
        }
        boolean right = vm.vmClass() == VmClass.APP || vm.vmClass().isTemplate() || vm.vmClass() == VmClass.HVM;
        if (!right) {
            throw refused(vm, "is a " + vm.vmClass().typeName() + ", whose root image is not its own to grow");
        }
        String shown = view.files().rootImage();
        if (shown == null) {
            throw refused(vm, "has no root image");
        }
        return shown;
    }

    private static void requireHalted(Session session, StoreSnapshot store, QubesVm vm) {
        requireHalted(session, vm, "VM '" + vm.name() + "' is running");
        if (vm.vmClass() == VmClass.TEMPLATE_HVM) {
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

    private void report(Image image, boolean fileSystem, boolean advises) {
        boolean grown = image.size > image.before;
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "grow");
            result.put("vm", image.vm.name());
            result.put("file", image.shown);
            result.put("before", image.before);
            result.put("after", image.size);
            result.put("file_system", fileSystem);
            result.put("dry_run", isDryRun());
            ctx.json(result);
        } else if (isDryRun()) {
            ctx.println(
                    grown
                            ? image.shown + ": " + image.before + " -> " + image.size + " bytes"
                            : "nothing would change");
        }
        if (advises && grown && !isDryRun()) {
            ctx.note("the image of VM '" + image.vm.name()
                    + "' has grown; enlarge the file system in it after its next start");
        }
    }
}
