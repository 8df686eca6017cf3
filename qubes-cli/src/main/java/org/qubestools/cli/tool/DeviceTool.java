package org.qubestools.cli.tool;

import java.util.List;
import java.util.Optional;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;

/** {@code qvm-device}: the devices of all classes, in the words of R4. */
public final class DeviceTool implements Tool {
    private static final List<String> ACTIONS = List.of("list", "attach", "detach");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-device", "list, attach and detach devices of a class")
                .operands("block|pci|usb list|attach|detach [VM] [BACKEND:DEVICE]", 2, 4)
                .options(CommonOptions.QUIET, BlockTool.FRONTEND, BlockTool.READ_ONLY, BlockTool.NO_AUTO_DETACH)
                .options(BlockTool.SYSTEM_DISKS, BlockTool.WATCH)
                .changesStore()
                .refusesRoot()
                .note(
                        "The same as qvm-block, qvm-pci and qvm-usb. PCI devices are all of dom0, and stay in the list of "
                                + "the VM; --dry-run is for them only.")
                .example("qvm-device block list", "list block devices, and who has them")
                .example("qvm-device block attach work sys-usb:sda1", "attach one")
                .example("qvm-device usb detach work", "detach all USB devices of work")
                .example("qvm-device pci attach sys-net dom0:00:19.0", "give sys-net a PCI device");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        String kind = args.operand(0);
        String action = args.operand(1);
        checkUsage(args, kind, action);
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        return switch (kind) {
            case "block" -> block(args, ctx, action);
            case "usb" -> usb(args, ctx, action);
            default -> pci(args, ctx, action);
        };
    }

    private static void checkUsage(ParsedArguments args, String kind, String action) {
        if (!List.of("block", "pci", "usb").contains(kind)) {
            throw Usage.error("'" + SafeText.of(kind) + "' is no class of devices; use block, pci or usb");
        }
        if (!ACTIONS.contains(action)) {
            throw Usage.error("'" + SafeText.of(action) + "' is no action; use list, attach or detach");
        }
        int operands = args.operands().size();
        if (action.equals("list") && operands > 3) {
            throw Usage.error("a list takes one VM");
        }
        if (action.equals("attach") && operands != 4) {
            throw Usage.error("VM and BACKEND:DEVICE expected");
        }
        if (operands < 3 && (action.equals("detach") || kind.equals("pci"))) {
            throw Usage.error("VM expected");
        }
        if (operands < 4 && kind.equals("pci") && !action.equals("list")) {
            throw Usage.error("VM and BACKEND:DEVICE expected");
        }
        if (args.has(BlockTool.WATCH) && !(kind.equals("block") && action.equals("list") && operands == 2)) {
            throw Usage.error("--watch goes with 'block list' only");
        }
        if (args.has(CommonOptions.DRY_RUN) && !kind.equals("pci")) {
            throw Usage.error("--dry-run goes with 'pci' only");
        }
    }

    private static Optional<String> operand(ParsedArguments args, int index) {
        return args.operands().size() > index ? Optional.of(args.operand(index)) : Optional.empty();
    }

    private static int block(ParsedArguments args, ToolContext ctx, String action) {
        try (Runs runs = Runs.open(args, ctx)) {
            BlockActions actions = new BlockActions(runs, args, ctx);
            if (action.equals("attach")) {
                return actions.attach(args.operand(2), args.operand(3));
            }
            Optional<String> vm = vm(args, runs);
            if (action.equals("list")) {
                return args.has(BlockTool.WATCH) ? actions.watch() : actions.list(vm);
            }
            Optional<String> device = operand(args, 3);
            return device.isPresent() ? actions.detachDevice(device.get(), vm) : actions.detachOf(args.operand(2));
        }
    }

    private static int usb(ParsedArguments args, ToolContext ctx, String action) {
        try (Runs runs = Runs.open(args, ctx)) {
            UsbActions actions = new UsbActions(runs, ctx);
            if (action.equals("attach")) {
                return actions.attach(args.operand(2), args.operand(3), !args.has(BlockTool.NO_AUTO_DETACH));
            }
            Optional<String> vm = vm(args, runs);
            if (action.equals("list")) {
                return actions.list(vm);
            }
            Optional<String> device = operand(args, 3);
            return device.isPresent() ? actions.detachDevice(device.get(), vm) : actions.detachOf(args.operand(2));
        }
    }

    /** The VM of the third word, if there is one. */
    private static Optional<String> vm(ParsedArguments args, Runs runs) {
        Optional<String> untrusted = operand(args, 2);
        return untrusted.map(name -> DeviceActions.vm(runs.store().vms(), name).name());
    }

    private static int pci(ParsedArguments args, ToolContext ctx, String action) {
        PciActions actions = new PciActions(args, ctx);
        if (action.equals("list")) {
            return actions.list(args.operand(2));
        }
        String device = args.operand(3);
        String address = device.startsWith("dom0:") ? device.substring("dom0:".length()) : device;
        return actions.change(args.operand(2), List.of(PciActions.address(address)), action.equals("attach"));
    }
}
