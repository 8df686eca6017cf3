package org.qubestools.manual;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.cli.Tools;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.Label;
import org.qubestools.core.property.BoolProperty;
import org.qubestools.core.property.GlobalProperties;
import org.qubestools.core.property.SettableProperty;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;

/**
 * Writes what {@code scripts/dist/complete} reads: a table for each tool, made of its {@link ToolSpec}, and the words that
 * are the same in every store. What an option takes follows from its name or the placeholder of its value, what an operand
 * is from the words of the synopsis; where neither tells, nothing is offered.
 */
final class CompletionTables {
    /** Services that the software in VMs of R3 knows. */
    private static final List<String> SERVICES = List.of(
            "clocksync",
            "crond",
            "cups",
            "disable-default-route",
            "disable-dns-server",
            "meminfo-writer",
            "network-manager",
            "ntpd",
            "qubes-dvm",
            "qubes-firewall",
            "qubes-netwatcher",
            "qubes-network",
            "qubes-update-check",
            "qubes-updates-proxy",
            "updates-proxy-setup",
            "yum-proxy-setup");

    /** Operands whose synopsis does not tell what they are. */
    private static final Map<String, List<String>> OPERANDS = Map.of(
            "qvm-prefs", List.of("vm", "property+assignment", "value", "..."),
            "qubes-prefs", List.of("global", "value"),
            "qvm-block", List.of("vm", "block"),
            "qvm-usb", List.of("vm", "usb"),
            "qvm-pci", List.of("vm", "pci+device-class"),
            "qvm-device", List.of("=block|pci|usb", "=list|attach|detach", "vm", "device"),
            "qvm-run", List.of("vm", "-", "..."),
            "qvm-service", List.of("vm", "service", "=on|off"),
            "qvm-batch", List.of("file"),
            "qvm-backup-restore", List.of("file", "archived", "..."));

    private CompletionTables() {}

    /** Fills {@code directory}: a file named after each tool, and {@code words}. */
    static void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String name : Tools.names()) {
            ToolSpec spec = Tools.named(name).orElseThrow().spec();
            Files.writeString(directory.resolve(name), table(spec));
        }
        Files.writeString(directory.resolve("words"), words());
    }

    /** Lines of words with a tab between them. */
    static String table(ToolSpec spec) {
        StringBuilder table = new StringBuilder();
        List<Opt<?>> options = new ArrayList<>(spec.ownOptions());
        options.addAll(spec.commonOptions());
        for (Opt<?> option : options) {
            String what =
                    switch (option.takes()) {
                        case NOTHING -> "f";
                        case ONE_VALUE -> "o";
                        case WORDS -> "w";
                    };
            String kind = option.takes() == Opt.Takes.NOTHING ? "-" : kind(spec, option);
            table.append(what).append('\t').append(String.join(",", option.names()));
            table.append('\t').append(kind).append('\t').append(option.help()).append('\n');
        }
        List<String> operands = operands(spec);
        for (int i = 0; i < operands.size(); i++) {
            boolean further = operands.get(i).equals("...");
            boolean repeated = i + 1 < operands.size() && operands.get(i + 1).equals("...");
            if (!further) {
                table.append("p\t").append(operands.get(i)).append('\n');
            }
            if (repeated) {
                table.append("r\t").append(operands.get(i)).append('\n');
            }
        }
        return table.toString();
    }

    /** What an option takes. */
    private static String kind(ToolSpec spec, Opt<?> option) {
        if (!option.converter().words().isEmpty()) {
            return "=" + String.join("|", option.converter().words());
        }
        boolean database = spec.isLikeGetopt() && option.names().contains("-d");
        String byName =
                switch (option.longestName()) {
                    case "--template" -> "template";
                    case "--template-source" -> "template";
                    case "--label" -> "label";
                    case "--netvm-is", "--netvm" -> "netvm";
                    case "--pool", "--target-pool" -> "pool";
                    case "--cdrom", "--drive", "--hddisk", "--windows-drive" -> "file";
                    default -> "";
                };
        return !byName.isEmpty() && !option.label().isEmpty() ? byName : database ? "vm" : kind(option.label());
    }

    /** What a placeholder stands for; {@code -} for what cannot be known. */
    private static String kind(String placeholder) {
        if (placeholder.matches("[a-z0-9]+(\\|[a-z0-9]+)+")) {
            return "=" + placeholder;
        }
        return switch (placeholder) {
            case "VM", "SOURCE" -> "vm";
            case "FILE", "ARCHIVE", "SCRIPT", "TARGET", "IMAGE" -> "file";
            case "DIR", "DIRECTORY", "FOLDER" -> "dir";
            case "TEMPLATE" -> "template";
            case "NETVM" -> "netvm";
            case "LABEL" -> "label";
            case "POOL" -> "pool";
            case "KERNEL" -> "kernel";
            case "SERVICE" -> "service";
            default -> "-";
        };
    }

    /** A kind for each operand, {@code ...} behind one of which there may be any number. */
    private static List<String> operands(ToolSpec spec) {
        List<String> known = OPERANDS.get(spec.name());
        if (known != null) {
            return known;
        }
        boolean daemon = spec.name().equals("qubesdb-daemon") || spec.name().equals("qubesdb-hostd");
        if (spec.name().startsWith("qubesdb-") && !daemon) {
            return List.of("key", "...");
        }
        if (spec.commands().isEmpty()) {
            return synopsis(spec.operandSynopsis());
        }
        String commands = "=" + String.join("|", spec.commands());
        return spec.name().equals("qubes-backup")
                ? List.of(commands, "file", "archived+file", "archived", "...")
                : List.of(commands, "vm+file", "...");
    }

    private static List<String> synopsis(String synopsis) {
        List<String> kinds = new ArrayList<>();
        for (String word : synopsis.replaceAll("[\\[\\]]", "").split(" ", -1)) {
            if (word.equals("...")) {
                kinds.add(word);
            } else if (!word.isEmpty() && !word.equals("|")) {
                kinds.add(kind(word));
            }
        }
        return kinds;
    }

    /** Lines of a kind and a word, {@code value} lines with the kinds of what a property can be set to. */
    static String words() {
        StringBuilder words = new StringBuilder();
        for (Label label : Label.values()) {
            words.append("label ").append(label.text()).append('\n');
        }
        for (VmProperty property : VmProperties.all()) {
            words.append("property ").append(property.id()).append('\n');
        }
        for (SettableProperty property : VmProperties.settable()) {
            words.append("setting ").append(property.id()).append('\n');
            String values = values(property);
            if (!values.isEmpty()) {
                words.append("value ")
                        .append(property.id())
                        .append(' ')
                        .append(values)
                        .append('\n');
            }
        }
        for (Globals.Key key : Globals.Key.values()) {
            words.append("global ").append(GlobalProperties.id(key)).append('\n');
            words.append("value ").append(GlobalProperties.id(key)).append(' ');
            words.append(values(key)).append(" =none\n");
        }
        for (String service : SERVICES) {
            words.append("service ").append(service).append('\n');
        }
        return words.append("device-class net\ndevice-class usb\n").toString();
    }

    private static String values(SettableProperty property) {
        if (property instanceof BoolProperty) {
            return "=True|False";
        }
        return switch (property.id()) {
            case "label" -> "label";
            case "netvm", "dispvm_netvm" -> "netvm =none|default";
            case "template" -> "template";
            case "kernel" -> "kernel =none|default";
            case "kernelopts" -> "=default";
            case "mac" -> "=auto";
            case "drive" -> "=none";
            case "timezone" -> "=localtime";
            default -> "";
        };
    }

    private static String values(Globals.Key key) {
        return switch (key) {
            case DEFAULT_KERNEL -> "kernel";
            case DEFAULT_TEMPLATE -> "template";
            case DEFAULT_NETVM, DEFAULT_FW_NETVM -> "netvm";
            case CLOCKVM, UPDATEVM -> "vm";
        };
    }
}
