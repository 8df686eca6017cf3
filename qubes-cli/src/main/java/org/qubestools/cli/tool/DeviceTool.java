package org.qubestools.cli.tool;

import java.util.List;
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
    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-device", "list, attach and detach devices of a class")
                .operands("block|pci|usb list|attach|detach [VM] [BACKEND:DEVICE]", 2, 4)
                .options(CommonOptions.QUIET, BlockTool.FRONTEND, BlockTool.READ_ONLY, BlockTool.NO_AUTO_DETACH)
                .options(BlockTool.SYSTEM_DISKS, BlockTool.BY_ID, BlockTool.WATCH, DeviceWords.OPTION)
                .changesStore()
                .needsSystem()
                .refusesRoot()
                .note(
                        "The same as qvm-block, qvm-pci and qvm-usb. PCI devices are all of dom0, and stay in the list of "
                                + "the VM; --dry-run is for them only.")
                .example("qvm-device block list", "list block devices, and who has them")
                .example("qvm-device block attach work sys-usb:sda1", "attach one")
                .example("qvm-device usb detach work", "detach all USB devices of work")
                .example("qvm-device pci list", "list the PCI devices of the host, and which VMs have them")
                .example("qvm-device pci attach sys-net dom0:00:19.0", "give sys-net a PCI device");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        List<String> operands = args.operands();
        String kind = operands.get(0);
        String word = operands.get(1);
        if (!List.of("block", "pci", "usb").contains(kind)) {
            throw Usage.error("'" + SafeText.of(kind) + "' is no class of devices; use block, pci or usb");
        }
        String action = DeviceWords.action(word).orElseThrow(() -> DeviceWords.noAction(word));
        DeviceWords words = new DeviceWords(kind, action, List.copyOf(operands.subList(2, operands.size())));
        words.checkUsage(args);
        RootRule.check(ctx, kind.equals("pci") || args.has(CommonOptions.FORCE_ROOT)); // as qvm-pci
        return words.run(args, ctx);
    }
}
