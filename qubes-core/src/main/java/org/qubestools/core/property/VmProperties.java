package org.qubestools.core.property;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.property.NumberProperty.Limit;
import org.qubestools.core.property.TextProperty.Form;

/** The table of everything that can be read or set of a VM, one entry a property. */
public final class VmProperties {
    private static final List<SettableProperty> SETTABLE = List.of(
            new BoolProperty("autostart", Attributes.AUTOSTART, "start the VM when the system starts"),
            new BoolProperty("debug", Attributes.DEBUG, "start with debugging on"),
            new TextProperty(Form.DEFAULT_USER, "user that programs in the VM run as; a template's counts for its VMs"),
            new NetvmProperty(true, "netvm of DisposableVMs started by the VM: a VM, 'none' or 'default' (its own)"),
            new TextProperty(Form.DRIVE, "extra drive of an HVM: [hd:|cdrom:][VM:]/path or 'none'"),
            new BoolProperty("guiagent_installed", Attributes.GUIAGENT_INSTALLED, "the HVM has the GUI agent"),
            new BoolProperty(
                    "include_in_backups", Attributes.INCLUDE_IN_BACKUPS, "part of a backup when no VM is named"),
            new BoolProperty("internal", Attributes.INTERNAL, "hidden from menus and from the default backup"),
            new KernelProperty(),
            new KerneloptsProperty(),
            new TextProperty(Form.LABEL, "colour of the VM's windows: one of eight names"),
            new TextProperty(Form.MAC, "'auto' or six pairs of hex digits with colons"),
            new NumberProperty("maxmem", Attributes.MAXMEM, 1, Limit.HOST_MEMORY, "most memory in MiB"),
            new NumberProperty("memory", Attributes.MEMORY, 1, Limit.HOST_MEMORY, "memory at start in MiB"),
            new TextProperty(Form.NAME, "name of the VM; its files are renamed with it"),
            new NetvmProperty(false, "VM that gives it network: a VM, 'none' or 'default'"),
            new BoolProperty("pci_e820_host", Attributes.PCI_E820_HOST, "host memory map for VMs with PCI devices"),
            new BoolProperty("pci_strictreset", Attributes.PCI_STRICTRESET, "refuse PCI devices that cannot be reset"),
            new TextProperty(Form.PCIDEVS, "PCI devices of the VM, as ['00:19.0', '03:00.0']"),
            new BoolProperty("qrexec_installed", Attributes.QREXEC_INSTALLED, "the HVM has the qrexec agent"),
            new NumberProperty(
                    "qrexec_timeout", Attributes.QREXEC_TIMEOUT, 0, Limit.NONE, "seconds to wait for the qrexec agent"),
            new BoolProperty(
                    "seamless_gui_mode", Attributes.SEAMLESS_GUI_MODE, "show the HVM's windows among the others"),
            new TemplateProperty(),
            new TextProperty(Form.TIMEZONE, "clock of an HVM: 'localtime' or seconds east of UTC"),
            new NumberProperty("vcpus", Attributes.VCPUS, 1, Limit.HOST_CPUS, "number of virtual CPUs"));

    private VmProperties() {}

    /** All that can be set, by name. */
    public static List<SettableProperty> settable() {
        return SETTABLE;
    }

    /** All that can be read: the settable ones, then the derived ones. */
    public static List<VmProperty> all() {
        List<VmProperty> all = new ArrayList<>(SETTABLE);
        all.addAll(List.of(DerivedProperty.values()));
        return all;
    }

    /** The settable property of this name, or null. */
    public static @Nullable SettableProperty settable(String untrusted) {
        String name = untrusted.equals("MAC") ? "mac" : untrusted;
        for (SettableProperty property : SETTABLE) {
            if (property.id().equals(name)) {
                return property;
            }
        }
        return null;
    }

    /** The property of this name, which may be one of the list or of the store; null if no VM has it. */
    public static @Nullable VmProperty named(String untrusted) {
        SettableProperty settable = settable(untrusted);
        if (settable != null) {
            return settable;
        }
        String name = ofStore(untrusted);
        for (DerivedProperty property : DerivedProperty.values()) {
            if (property.id().equals(name)) {
                return property;
            }
        }
        return null;
    }

    private static String ofStore(String untrusted) {
        return switch (untrusted) {
            case "dir_path" -> "dir";
            case "conf_file" -> "config";
            case "rootcow_img" -> "root_cow_img";
            case "volatile_img" -> "root_volatile_img";
            case "backup_timestamp" -> "last_backup";
            default -> untrusted;
        };
    }

    /** The names of the settable ones, separated by blanks. */
    public static String settableNames() {
        StringBuilder names = new StringBuilder();
        for (SettableProperty property : SETTABLE) {
            names.append(names.isEmpty() ? "" : " ").append(property.id());
        }
        return names.toString();
    }
}
