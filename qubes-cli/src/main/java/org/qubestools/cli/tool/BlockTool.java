package org.qubestools.cli.tool;

import java.io.IOException;
import java.util.Optional;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.devices.LoopRecord;

/** {@code qvm-block}: lists, attaches and detaches block devices. */
public final class BlockTool implements Tool {
    static final Opt<String> FRONTEND =
            Opt.text("NAME", "-f", "--frontend").help("name in the VM, such as xvdi (default: the next free one)");
    static final Opt<Boolean> READ_ONLY = Opt.flag("--ro").help("the VM may only read");
    static final Opt<Boolean> NO_AUTO_DETACH =
            Opt.flag("--no-auto-detach").help("fail if another VM has the device, instead of detaching it there");
    static final Opt<Boolean> SYSTEM_DISKS =
            Opt.flag("--show-system-disks").help("list images of VMs behind loop devices of dom0 too");
    static final Opt<Boolean> BY_ID =
            Opt.flag("--by-id").help("name devices of dom0 by their ids in /dev/disk/by-id, and list these too");
    static final Opt<Boolean> WATCH = Opt.flag("--watch").help("go on and print what comes, goes and changes");

    static final Opt<Integer> PARTITION = Opt.number("NUMBER", 1, LoopRecord.MAX_PARTITION, "--partition")
            .help("with -A and -d: only this partition of a file of dom0, through a loop device");

    private static final Opt<Boolean> CLEAN =
            Opt.flag("--clean").help("list the loop devices that --partition made, and release those that nobody uses");
    private static final Opt<Boolean> LIST = Opt.flag("-l", "--list").help("list block devices (default)");
    private static final Opt<Boolean> ATTACH = Opt.flag("-a", "--attach").help("attach a device to a VM");
    private static final Opt<Boolean> ATTACH_FILE =
            Opt.flag("-A", "--attach-file").help("attach a file of a VM to another one");
    private static final Opt<Boolean> DETACH =
            Opt.flag("-d", "--detach").help("detach a device, or one or all disks of a VM");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-block", "list, attach and detach block devices")
                .operands("[list|attach|detach] [VM] [BACKEND:DEVICE | BACKEND:/FILE]", 0, 3)
                .options(CommonOptions.QUIET, LIST, ATTACH, ATTACH_FILE, DETACH, CLEAN)
                .options(PARTITION, FRONTEND, READ_ONLY, NO_AUTO_DETACH, SYSTEM_DISKS, BY_ID, WATCH, DeviceWords.OPTION)
                .readsStore()
                .needsSystem()
                .dryRuns()
                .refusesRoot()
                .note("A device is gone from a VM at the latest when that stops. What a VM says of its devices is "
                        + "shown with every character that is not plain ASCII as '_'.")
                .example("qvm-block", "list the devices of all running VMs, and who has them")
                .example("qvm-block -a work sys-usb:sda1", "attach a partition of a stick in sys-usb to work")
                .example("qvm-block -A work dom0:/home/user/disk.img", "attach an image")
                .example("qvm-block attach work sys-usb:sda1", "the first of them in the words of R4")
                .example("qvm-block -A --partition 1 work dom0:/home/user/disk.img", "attach its first partition")
                .example("qvm-block --clean --dry-run", "see what VMs left of such partitions when they stopped")
                .example("qvm-block -d work", "detach all that was attached to work")
                .exitCode(ExitCode.FAILED, "refused or failed; more than one of -l, -a, -A, -d, --clean")
                .exitCode(ExitCode.USAGE, "wrong options or operands; no such VM, no such device");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws IOException {
        DeviceActions.requireOne(args, LIST, ATTACH, ATTACH_FILE, DETACH, CLEAN);
        Optional<DeviceWords> words = DeviceWords.of("block", args, LIST, ATTACH, ATTACH_FILE, DETACH, CLEAN);
        if (words.isPresent()) {
            RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
            return words.get().run(args, ctx);
        }
        boolean attach = args.has(ATTACH) || args.has(ATTACH_FILE);
        checkUsage(args, attach);
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        try (Runs runs = Runs.openWithDatabases(args, ctx)) {
            BlockActions actions = new BlockActions(runs, args, ctx);
            if (args.has(ATTACH)) {
                return actions.attach(args.operand(0), args.operand(1));
            }
            if (args.has(ATTACH_FILE)) {
                return actions.attachFile(args.operand(0), args.operand(1));
            }
            if (args.has(DETACH)) {
                return actions.detach(args.operand(0));
            }
            if (args.has(CLEAN)) {
                return actions.clean(args.has(CommonOptions.DRY_RUN));
            }
            return args.has(WATCH) ? actions.watch() : actions.list(Optional.empty());
        }
    }

    private static void checkUsage(ParsedArguments args, boolean attach) {
        int operands = args.operands().size();
        if (attach && operands != 2) {
            throw Usage.error(args.has(ATTACH) ? "VM and BACKEND:DEVICE expected" : "VM and BACKEND:/FILE expected");
        }
        if (args.has(DETACH) && operands != 1) {
            throw Usage.error("BACKEND:DEVICE or VM expected");
        }
        if (!attach && !args.has(DETACH) && operands != 0) {
            boolean said = args.has(LIST) || args.has(CLEAN);
            throw said ? Usage.error("no operand expected") : DeviceWords.noAction(args.operand(0));
        }
        DeviceWords.checkOptions(args, "block", attach);
        if (args.has(WATCH) && (attach || args.has(DETACH) || args.has(CLEAN))) {
            throw Usage.error("--watch goes with a list only");
        }
        if (args.has(BY_ID) && (args.has(WATCH) || args.has(ATTACH_FILE) || args.has(CLEAN))) {
            throw Usage.error("--by-id goes with a list, -a and -d only");
        }
        if (args.has(PARTITION) && !args.has(ATTACH_FILE) && !args.has(DETACH)) {
            throw Usage.error("--partition goes with -A and -d only");
        }
        if (args.has(CommonOptions.DRY_RUN) && !args.has(CLEAN)) {
            throw Usage.error("--dry-run goes with --clean only");
        }
    }
}
