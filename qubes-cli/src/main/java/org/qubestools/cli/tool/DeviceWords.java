package org.qubestools.cli.tool;

import java.util.List;
import java.util.Optional;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.property.BoolProperty;

/**
 * The words of R4 for devices: {@code list}, {@code attach} or {@code detach}, a VM, a device. Both {@code qvm-device} and
 * the tools of one class take them.
 *
 * @param kind {@code block}, {@code pci} or {@code usb}
 * @param action {@code list}, {@code attach} or {@code detach}
 * @param rest the VM and the device, untrusted, as far as they were given
 */
record DeviceWords(String kind, String action, List<String> rest) {
    static final Opt<String> OPTION = Opt.text("NAME=VALUE", "-o", "--option")
            .help("in the words of R4: frontend-dev=NAME, read-only=True; of PCI devices no-strict-reset=True")
            .repeatable();

    private static final String FRONTEND = "frontend-dev";
    private static final String READ_ONLY = "read-only";
    private static final String NO_STRICT_RESET = "no-strict-reset";

    /** The action that a word stands for. */
    static Optional<String> action(String word) {
        return switch (word) {
            case "list", "ls", "l" -> Optional.of("list");
            case "attach", "a" -> Optional.of("attach");
            case "detach", "d" -> Optional.of("detach");
            default -> Optional.empty();
        };
    }

    static QubesException noAction(String untrustedWord) {
        return Usage.error("'" + SafeText.of(untrustedWord) + "' is no action; use list, attach or detach");
    }

    /** Of a tool of one class, whose operands may begin with such a word when no option says what to do. */
    static Optional<DeviceWords> of(String kind, ParsedArguments args, Opt<?>... actions) {
        List<String> operands = args.operands();
        Optional<String> action = operands.isEmpty() ? Optional.empty() : action(operands.get(0));
        boolean said = false;
        for (Opt<?> option : actions) {
            said |= args.has(option);
        }
        if (said || action.isEmpty()) {
            return Optional.empty();
        }
        DeviceWords words = new DeviceWords(kind, action.get(), List.copyOf(operands.subList(1, operands.size())));
        words.checkUsage(args);
        return Optional.of(words);
    }

    void checkUsage(ParsedArguments args) {
        if (action.equals("list") && rest.size() > 1) {
            throw Usage.error("a list takes one VM");
        }
        if ((action.equals("attach") && rest.size() != 2) || rest.size() > 2) {
            throw Usage.error("VM and BACKEND:DEVICE expected");
        }
        if (rest.isEmpty() && action.equals("detach")) {
            throw Usage.error("VM expected");
        }
        if (rest.size() < 2 && kind.equals("pci") && !action.equals("list")) {
            throw Usage.error("VM and BACKEND:DEVICE expected");
        }
        boolean block = kind.equals("block");
        boolean attaches = action.equals("attach");
        boolean lists = action.equals("list");
        Usage.requireFits(
                args, BlockTool.WATCH, !kind.equals("pci") && lists && rest.isEmpty(), "'block list' and 'usb list'");
        Usage.requireFits(args, BlockTool.SYSTEM_DISKS, block && lists, "'block list'");
        Usage.requireFits(args, BlockTool.FRONTEND, block && !lists, "'block attach' and 'block detach'");
        Usage.requireFits(args, BlockTool.READ_ONLY, block && attaches, "'block attach'");
        Usage.requireFits(
                args, BlockTool.NO_AUTO_DETACH, !kind.equals("pci") && attaches, "'block attach' and 'usb attach'");
        Usage.requireFits(args, BlockTool.PARTITION, false, "-A and -d");
        Usage.requireFits(args, BlockTool.BY_ID, block, "'block'");
        Usage.requireFits(args, CommonOptions.DRY_RUN, kind.equals("pci"), "'pci'");
        if (args.has(BlockTool.BY_ID) && args.has(BlockTool.WATCH)) {
            throw Usage.error("--by-id and --watch exclude each other");
        }
        checkOptions(args, kind, attaches);
    }

    /** Each option has a name of R4 that has a meaning for an attach of this kind of device; a usage error else. */
    static void checkOptions(ParsedArguments args, String kind, boolean attaches) {
        for (String option : args.values(OPTION)) {
            String name = option.substring(0, Math.max(0, option.indexOf('=')));
            boolean known =
                    switch (name) {
                        case FRONTEND -> kind.equals("block");
                        case READ_ONLY -> kind.equals("block") && isBoolean(name, option);
                        case NO_STRICT_RESET -> kind.equals("pci") && isBoolean(name, option);
                        default -> false;
                    };
            if (!attaches || !known) {
                throw Usage.error("--option " + SafeText.of(option)
                        + " means nothing here; block devices are attached with " + FRONTEND + "=NAME and " + READ_ONLY
                        + "=True or False, PCI devices with " + NO_STRICT_RESET + "=True or False");
            }
        }
    }

    private static boolean isBoolean(String name, String option) {
        return BoolProperty.parse(option.substring(name.length() + 1)) != null;
    }

    /** What the last mention of an option says, in any word for a boolean; {@code unsaid} if there is none. */
    private static boolean said(ParsedArguments args, String name, boolean unsaid) {
        boolean result = unsaid;
        for (String option : args.values(OPTION)) {
            if (option.startsWith(name + "=")) {
                result = Boolean.TRUE.equals(BoolProperty.parse(option.substring(name.length() + 1)));
            }
        }
        return result;
    }

    /** Whether PCI devices that cannot be reset shall do. */
    static boolean noStrictReset(ParsedArguments args) {
        return said(args, NO_STRICT_RESET, false);
    }

    /** The name in the VM that is asked for, in either way. */
    static Optional<String> frontend(ParsedArguments args) {
        Optional<String> named = args.value(BlockTool.FRONTEND);
        for (String option : args.values(OPTION)) {
            if (option.startsWith(FRONTEND + "=")) {
                named = Optional.of(option.substring(FRONTEND.length() + 1));
            }
        }
        return named;
    }

    /** Whether the VM may only read. */
    static boolean readOnly(ParsedArguments args) {
        return said(args, READ_ONLY, args.has(BlockTool.READ_ONLY));
    }

    int run(ParsedArguments args, ToolContext ctx) {
        return switch (kind) {
            case "block" -> block(args, ctx);
            case "usb" -> usb(args, ctx);
            default -> pci(args, ctx);
        };
    }

    private int block(ParsedArguments args, ToolContext ctx) {
        try (Runs runs = Runs.openWithDatabases(args, ctx)) {
            BlockActions actions = new BlockActions(runs, args, ctx);
            if (action.equals("attach")) {
                return actions.attachAny(rest.get(0), rest.get(1));
            }
            Optional<String> vm = vm(runs);
            if (action.equals("list")) {
                return args.has(BlockTool.WATCH) ? actions.watch() : actions.list(vm);
            }
            return rest.size() > 1 ? actions.detachDevice(rest.get(1), vm) : actions.detachOf(rest.get(0));
        }
    }

    private int usb(ParsedArguments args, ToolContext ctx) {
        try (Runs runs = Runs.openWithDatabases(args, ctx)) {
            UsbActions actions = new UsbActions(runs, ctx);
            if (action.equals("attach")) {
                return actions.attach(rest.get(0), rest.get(1), !args.has(BlockTool.NO_AUTO_DETACH));
            }
            Optional<String> vm = vm(runs);
            if (action.equals("list")) {
                return args.has(BlockTool.WATCH) ? actions.watch() : actions.list(vm);
            }
            return rest.size() > 1 ? actions.detachDevice(rest.get(1), vm) : actions.detachOf(rest.get(0));
        }
    }

    /** The VM, if one is named. */
    private Optional<String> vm(Runs runs) {
        return rest.isEmpty()
                ? Optional.empty()
                : Optional.of(DeviceActions.vm(runs.store().vms(), rest.get(0)).name());
    }

    private int pci(ParsedArguments args, ToolContext ctx) {
        PciActions actions = new PciActions(args, ctx);
        if (action.equals("list")) {
            return rest.isEmpty() ? actions.listHost() : actions.list(rest.get(0));
        }
        String device = rest.get(1);
        String address = device.startsWith("dom0:") ? device.substring("dom0:".length()) : device;
        return actions.change(rest.get(0), List.of(PciActions.address(address)), action.equals("attach"));
    }
}
