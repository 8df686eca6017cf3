package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.output.LocalTime;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmReference;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.SettableProperty;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;

/** The list of a VM's properties, line for line as R3.2 printed it. */
final class PrefsListing {
    private static final int WIDTH = 19;
    private static final List<String> LINES = List.of(
            "name",
            "label",
            "type",
            "template",
            "netvm",
            "dispvm_netvm",
            "updateable",
            "autostart",
            "installed_by_rpm",
            "include_in_backups",
            "last_backup",
            "dir",
            "config",
            "pcidevs",
            "pci_strictreset",
            "pci_e820_host",
            "root_img",
            "root_cow_img",
            "root_volatile_img",
            "private_img",
            "vcpus",
            "memory",
            "maxmem",
            "MAC",
            "kernel",
            "kernelopts",
            "debug",
            "default_user",
            "qrexec_installed",
            "qrexec_timeout",
            "guiagent_installed",
            "seamless_gui_mode",
            "drive",
            "timezone",
            "internal");

    private final VmView view;
    private final LocalTime local;
    private final Set<String> damaged;

    /**
     * A listing of one VM.
     *
     * @param damaged XML names of attributes with an unusable text: the default is shown there, and marked
     */
    PrefsListing(VmView view, LocalTime local, Set<String> damaged) {
        this.view = view;
        this.local = local;
        this.damaged = damaged;
    }

    /**
     * Name padded to 19 columns, colon, blank, value.
     *
     * @param hideDefault leave out what follows a default
     */
    List<String> lines(boolean hideDefault) {
        List<String> lines = new ArrayList<>();
        for (String name : LINES) {
            VmProperty property = Objects.requireNonNull(VmProperties.named(name));
            boolean hidden = hideDefault && property instanceof SettableProperty settable && settable.isDefault(view);
            String text = hidden || !property.belongsTo(view.vm().vmClass()) ? null : text(name, property);
            if (text != null) {
                String mark = damaged.contains(xmlName(name)) ? " (?)" : "";
                lines.add(name + " ".repeat(Math.max(0, WIDTH - name.length())) + ": " + text + mark);
            }
        }
        return lines;
    }

    private static String xmlName(String name) {
        return switch (name) {
            case "MAC" -> "mac";
            case "dir" -> "dir_path";
            case "config" -> "conf_file";
            default -> name; // references are marked by the '?' of what they lead to
        };
    }

    /** R4's layout: name padded to 25, D for a default or dash, value. */
    List<String> r4Lines(boolean hideDefault) {
        List<String> lines = new ArrayList<>();
        for (VmProperty property : VmProperties.all()) {
            boolean byDefault = property instanceof SettableProperty settable && settable.isDefault(view);
            if (property.belongsTo(view.vm().vmClass()) && !(hideDefault && byDefault)) {
                String name = property.id();
                lines.add(name
                        + " ".repeat(Math.max(1, 25 - name.length()))
                        + (byDefault ? "D  " : "-  ")
                        + PropertyText.of(property, view, local));
            }
        }
        return lines;
    }

    /** The value as the list shows it; null to leave the line out. */
    private @Nullable String text(String name, VmProperty property) {
        QubesVm vm = view.vm();
        boolean dom0 = vm.vmClass() == VmClass.ADMIN;
        return switch (name) {
            case "template" -> linked(view.vms().template(vm));
            case "netvm" -> linked(view.vms().netvm(vm));
            case "dispvm_netvm" ->
                view.vms().dispvmNetvm(vm).shown("none")
                        + (vm.is(Attributes.USES_DEFAULT_DISPVM_NETVM) ? " (default)" : "");
            case "dir", "config", "root_img", "root_cow_img", "root_volatile_img", "private_img" ->
                dom0 ? null : orNull(PropertyText.of(property, view, local));
            case "last_backup" -> orNone(PropertyText.of(property, view, local));
            case "MAC" -> PropertyText.of(property, view, local) + (vm.get(Attributes.MAC) == null ? " (auto)" : "");
            case "kernel" ->
                orNone(PropertyText.of(property, view, local))
                        + (vm.is(Attributes.USES_DEFAULT_KERNEL) ? " (default)" : "");
            case "kernelopts" ->
                PropertyText.of(property, view, local)
                        + (vm.is(Attributes.USES_DEFAULT_KERNELOPTS) ? " (default)" : "");
            case "debug" -> vm.is(Attributes.DEBUG) ? "on" : "off";
            case "drive", "maxmem" -> orNone(PropertyText.of(property, view, local));
            default -> PropertyText.of(property, view, local);
        };
    }

    private static @Nullable String linked(VmReference reference) {
        return reference.isNone() ? null : PropertyText.safe(reference.shown(""));
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "None" : text;
    }
}
