package org.qubestools.cli.tool;

import java.util.Optional;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;

/** {@code qvm-usb}: lists, attaches and detaches USB devices. */
public final class UsbTool implements Tool {
    private static final Opt<Boolean> LIST = Opt.flag("-l", "--list").help("list USB devices (default)");
    private static final Opt<Boolean> ATTACH = Opt.flag("-a", "--attach").help("attach a device to a VM");
    private static final Opt<Boolean> DETACH =
            Opt.flag("-d", "--detach").help("detach a device, or all USB devices of a VM");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-usb", "list, attach and detach USB devices")
                .operands("[list|attach|detach] [VM] [BACKEND:DEVICE]", 0, 3)
                .options(CommonOptions.QUIET, LIST, ATTACH, DETACH, BlockTool.NO_AUTO_DETACH, BlockTool.WATCH)
                .readsStore()
                .needsSystem()
                .refusesRoot()
                .note("Both VMs need the package qubes-usb-proxy.")
                .example("qvm-usb", "list the USB devices of all running VMs")
                .example("qvm-usb -a work sys-usb:2-1", "attach one to work")
                .example("qvm-usb attach work sys-usb:2-1", "the same in the words of R4")
                .exitCode(1, "refused or failed; more than one of -l, -a, -d")
                .exitCode(2, "wrong options or operands; no such VM, no such device");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        DeviceActions.requireOne(args, LIST, ATTACH, DETACH);
        Optional<DeviceWords> words = DeviceWords.of("usb", args, LIST, ATTACH, DETACH);
        if (words.isPresent()) {
            RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
            return words.get().run(args, ctx);
        }
        int operands = args.operands().size();
        if (args.has(ATTACH) && operands != 2) {
            throw Usage.error("VM and BACKEND:DEVICE expected");
        }
        if (args.has(DETACH) && operands != 1) {
            throw Usage.error("BACKEND:DEVICE or VM expected");
        }
        if (!args.has(ATTACH) && !args.has(DETACH) && operands != 0) {
            throw args.has(LIST) ? Usage.error("no operand expected") : DeviceWords.noAction(args.operand(0));
        }
        if (args.has(BlockTool.WATCH) && (args.has(ATTACH) || args.has(DETACH))) {
            throw Usage.error("--watch goes with a list only");
        }
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        try (Runs runs = Runs.openWithDatabases(args, ctx)) {
            UsbActions actions = new UsbActions(runs, ctx);
            if (args.has(ATTACH)) {
                return actions.attach(args.operand(0), args.operand(1), !args.has(BlockTool.NO_AUTO_DETACH));
            }
            if (!args.has(DETACH)) {
                return args.has(BlockTool.WATCH) ? actions.watch() : actions.list(Optional.empty());
            }
            String operand = args.operand(0);
            return operand.indexOf(':') < 0
                    ? actions.detachOf(operand)
                    : actions.detachDevice(operand, Optional.empty());
        }
    }
}
