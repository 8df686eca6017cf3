package org.qubestools.cli.tool;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.PowerState;
import org.qubestools.core.runtime.StartOptions;
import org.qubestools.core.runtime.StartRun;
import org.qubestools.core.runtime.VmStarter;

/** {@code qvm-start}: starts VMs, and the NetVMs that they need before them. */
public final class StartTool implements Tool {
    private static final String WINDOWS_TOOLS = "cdrom:dom0:/usr/lib/qubes/qubes-windows-tools.iso";

    private static final Opt<Boolean> ALL =
            Opt.flag("--all").help("every halted VM but dom0 and templates, internal ones not");
    private static final Opt<Boolean> TRAY = Opt.flag("--tray").help("say it on the desktop too");
    private static final Opt<Boolean> NO_GUI = Opt.flag("--no-guid").help("do not start the GUI daemon");
    private static final Opt<String> DRIVE = Opt.text("[hd:|cdrom:][BACKEND:]PATH", "--drive")
            .help("for this start only: the drive of an HVM (a CD unless hd is said)");
    private static final Opt<String> HDDISK =
            Opt.text("[BACKEND:]PATH", "--hddisk").help("for this start only: an HVM's drive, as a disk");
    private static final Opt<String> CDROM =
            Opt.text("[BACKEND:]PATH", "--cdrom").help("for this start only: an HVM's drive, as a CD");
    private static final Opt<Boolean> INSTALL_TOOLS =
            Opt.flag("--install-windows-tools").help("for this start only: the drive is the CD of the Windows tools");
    private static final Opt<Boolean> DVM =
            Opt.flag("--dvm").help("start it to become the image of DisposableVMs: without qrexec, invisible");
    private static final Opt<String> CUSTOM_CONFIG =
            Opt.file("FILE", "--custom-config").help("define the domain by this text");
    private static final Opt<Boolean> SKIP = Opt.flag("--skip-if-running").help("a VM that runs already is no error");
    private static final Opt<Boolean> DEBUG = Opt.flag("--debug").help("for this start only: debug mode");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-start", "start VMs, and the NetVMs that they need")
                .operands("VM ...", 0, ToolSpec.ANY)
                .options(CommonOptions.QUIET, ALL, VmTargets.EXCLUDE, SKIP, NO_GUI, DEBUG, TRAY)
                .options(DRIVE, HDDISK, CDROM, INSTALL_TOOLS, DVM, CUSTOM_CONFIG)
                .readsStore()
                .needsSystem()
                .dryRuns()
                .note("A start that fails leaves nothing running of the VM; NetVMs that were started for it stay up."
                        + " Several VMs start up to four at a time, on Xen one after the other."
                        + " Names may have wildcards * ? [...].")
                .example("qvm-start work", "start a VM")
                .example("qvm-start win7 --cdrom /var/lib/qubes/setup.iso", "start an HVM from a CD")
                .exitCode(VmTargets.SOME, "some VMs were started, others not");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        VmTargets.checkUsage(args, ALL);
        StartOptions options = options(args, ctx);
        try (Runs runs = Runs.open(args, ctx)) {
            VmTargets.Choice choice = vm -> !vm.vmClass().isTemplate()
                    && !vm.is(Attributes.INTERNAL)
                    && runs.system().state(vm) == PowerState.HALTED;
            List<QubesVm> vms = VmTargets.of(args, ALL, runs, choice);
            requireSingle(args, vms);
            StartOptions each = args.has(ALL) ? alsoRunning(options) : options; // an earlier one may have needed it
            SideBySide.Work start = (vm, system, report) -> {
                report.requireWanted();
                if (args.has(TRAY)) {
                    Tray.tell(system, report, "Starting the '" + vm.name() + "' VM...");
                }
                new VmStarter(system).start(vm, each);
            };
            if (args.has(CommonOptions.DRY_RUN) || new StartRun(runs.system(), vms).atOnce() < 2) {
                return VmTargets.forEach(args, ctx, vms, "start", vm -> start.on(vm, runs.system(), runs));
            }
            return SideBySide.run(ctx, runs, vms, "start", start);
        }
    }

    private static StartOptions alsoRunning(StartOptions o) {
        return new StartOptions(
                o.verbose(), o.gui(), o.preparingDisposable(), o.debug(), true, o.drive(), o.customConfig());
    }

    private static void requireSingle(ParsedArguments args, List<QubesVm> vms) {
        boolean ofOne = args.has(CUSTOM_CONFIG) || args.has(DVM);
        if (ofOne && vms.size() != 1) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "--custom-config and --dvm are for one VM");
        }
    }

    private static StartOptions options(ParsedArguments args, ToolContext ctx) {
        Path config = args.value(CUSTOM_CONFIG).map(Path::of).orElse(null);
        if (config != null && !Files.isRegularFile(config)) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "there is no file " + SafeText.of(config.toString()),
                    "name the text of a definition");
        }
        return new StartOptions(
                ctx.verbose(),
                !args.has(NO_GUI),
                args.has(DVM),
                args.has(DEBUG),
                args.has(SKIP),
                drive(args),
                config == null ? null : config.toAbsolutePath());
    }

    private static @Nullable DriveSpec drive(ParsedArguments args) {
        List<String> named = new ArrayList<>();
        named.addAll(prefixed("", args.value(DRIVE)));
        named.addAll(prefixed("hd:", args.value(HDDISK)));
        named.addAll(prefixed("cdrom:", args.value(CDROM)));
        if (args.has(INSTALL_TOOLS)) {
            named.add(WINDOWS_TOOLS);
        }
        if (named.isEmpty()) {
            return null;
        }
        if (named.size() > 1) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "an HVM has one drive: only one of --drive, --hddisk, --cdrom, --install-windows-tools is possible");
        }
        DriveSpec drive = DriveSpec.parseUser(named.get(0));
        if (drive == null) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "'" + SafeText.of(named.get(0)) + "' names no drive",
                    "write [hd:|cdrom:][BACKEND:]/PATH");
        }
        return drive;
    }

    private static List<String> prefixed(String type, Optional<String> value) {
        return value.isPresent() ? List.of(type + value.get()) : List.of();
    }
}
