package org.qubestools.cli.tool;

import java.util.List;
import java.util.Optional;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;

/** {@code qvm-pci}: the PCI devices that VMs have. */
public final class PciTool implements Tool {
    private static final Opt<Boolean> LIST = Opt.flag("-l", "--list").help("list the devices of the VM (default)");
    private static final Opt<Boolean> ADD = Opt.flag("-a", "--add").help("add a device");
    private static final Opt<Boolean> DELETE = Opt.flag("-d", "--delete").help("take a device away");
    private static final Opt<Boolean> ADD_CLASS =
            Opt.flag("-C", "--add-class").help("add all devices of class 'net' or 'usb'");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-pci", "list, add and remove the PCI devices of a VM")
                .operands("[list|attach|detach] VM [BUS:SLOT.FUNCTION | CLASS]", 1, 3)
                .options(CommonOptions.QUIET, LIST, ADD, DELETE, ADD_CLASS, DeviceWords.OPTION)
                .changesStore()
                .note("A running VM gets or loses the device at once if it can, else at its next start. In offline "
                        + "mode only the list changes.")
                .note("The option no-strict-reset=True sets pci_strictreset of the VM to False, for all its devices.")
                .example("qvm-pci sys-net", "list the devices of sys-net")
                .example("qvm-pci -a sys-net 00:19.0", "give it one")
                .example("qvm-pci attach sys-net 00:19.0", "the same in the words of R4")
                .example("qvm-pci -C sys-usb usb", "give sys-usb all USB controllers")
                .exitCode(
                        1,
                        "refused or failed; more than one of -l, -a, -d, -C; no address or class where one is needed");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        DeviceActions.requireOne(args, LIST, ADD, DELETE, ADD_CLASS);
        // One operand is a VM, whatever its name.
        Optional<DeviceWords> words = args.operands().size() < 2
                ? Optional.empty()
                : DeviceWords.of("pci", args, LIST, ADD, DELETE, ADD_CLASS);
        if (words.isPresent()) {
            return words.get().run(args, ctx);
        }
        boolean change = args.has(ADD) || args.has(DELETE) || args.has(ADD_CLASS);
        boolean hasOperand = args.operands().size() >= 2;
        if (args.operands().size() > 2) {
            throw Usage.error("too many operands");
        }
        if (!change && hasOperand) {
            throw Usage.error("a list takes one VM");
        }
        if (change && !hasOperand) {
            throw PciActions.missing(args.has(ADD_CLASS) ? "a class, net or usb," : "the address of a device");
        }
        DeviceWords.checkOptions(args, "pci", args.has(ADD) || args.has(ADD_CLASS));
        PciActions actions = new PciActions(args, ctx);
        String vm = args.operand(0);
        if (args.has(ADD_CLASS)) {
            return actions.addClass(vm, args.operand(1));
        }
        if (change) {
            return actions.change(vm, List.of(PciActions.address(args.operand(1))), args.has(ADD));
        }
        return actions.list(vm);
    }
}
