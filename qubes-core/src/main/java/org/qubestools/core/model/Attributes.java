package org.qubestools.core.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attribute.DefaultRule;
import org.qubestools.core.model.Attribute.Scope;

/** The table of attributes that a store of R1 to R3.2 holds and this toolkit interprets. */
public final class Attributes {
    private static final Map<String, Attribute<?>> BY_NAME = new HashMap<>(64);

    public static final Attribute<String> QID = text("qid", ValueType.TEXT, Scope.NOT_ADMIN, null);
    public static final Attribute<String> NAME = text("name", ValueType.TEXT, Scope.NOT_ADMIN, null);
    public static final Attribute<String> UUID = text("uuid", ValueType.UUID, Scope.ALL, null);
    public static final Attribute<String> DIR_PATH = text("dir_path", ValueType.PATH, Scope.NOT_ADMIN, null);
    public static final Attribute<String> CONF_FILE = text("conf_file", ValueType.FILE, Scope.NOT_ADMIN, null);
    public static final Attribute<String> FIREWALL_CONF =
            text("firewall_conf", ValueType.FILE, Scope.NOT_ADMIN, "firewall.xml");
    public static final Attribute<String> TEMPLATE = text("template_qid", ValueType.TEXT, Scope.NOT_ADMIN, "none");
    public static final Attribute<Label> LABEL =
            add(new Attribute<>("label", ValueType.LABEL, Scope.NOT_ADMIN, new ClassLabel()));
    public static final Attribute<Long> MEMORY =
            add(new Attribute<>("memory", ValueType.number(1, Long.MAX_VALUE), Scope.ALL, new ClassMemory()));
    public static final Attribute<Long> MAXMEM = number("maxmem", 1, Scope.MAXMEM, null);
    public static final Attribute<Long> VCPUS = number("vcpus", 1, Scope.NOT_ADMIN, 2L);
    public static final Attribute<List<PciAddress>> PCIDEVS =
            add(new Attribute<>("pcidevs", ValueType.PCI_LIST, Scope.ALL, new Constant<>(List.of())));
    public static final Attribute<Boolean> PCI_STRICTRESET = bool("pci_strictreset", Scope.ALL, true);
    public static final Attribute<Boolean> PCI_E820_HOST = bool("pci_e820_host", Scope.ALL, true);
    public static final Attribute<Boolean> INTERNAL = bool("internal", Scope.ALL, false);
    public static final Attribute<Boolean> INSTALLED_BY_RPM = bool("installed_by_rpm", Scope.ALL, false);
    public static final Attribute<Boolean> INCLUDE_IN_BACKUPS =
            add(new Attribute<>("include_in_backups", ValueType.BOOL, Scope.ALL, new IncludeInBackups()));
    public static final Attribute<Map<String, Boolean>> SERVICES =
            add(new Attribute<>("services", ValueType.SERVICES, Scope.ALL, new ClassServices()));
    public static final Attribute<Boolean> DEBUG = bool("debug", Scope.ALL, false);
    public static final Attribute<String> DEFAULT_USER = text("default_user", ValueType.TEXT, Scope.ALL, "user");
    public static final Attribute<Long> QREXEC_TIMEOUT = number("qrexec_timeout", 0, Scope.ALL, 60L);
    public static final Attribute<Boolean> AUTOSTART = bool("autostart", Scope.ALL, false);
    public static final Attribute<String> MAC = text("mac", ValueType.MAC, Scope.ALL, null);
    public static final Attribute<Boolean> USES_DEFAULT_NETVM =
            add(new Attribute<>("uses_default_netvm", ValueType.BOOL, Scope.DEFAULT_NETVM, new UsesDefaultNetvm()));
    public static final Attribute<String> NETVM = text("netvm_qid", ValueType.TEXT, Scope.NETVM, "none");
    public static final Attribute<Boolean> USES_DEFAULT_DISPVM_NETVM =
            bool("uses_default_dispvm_netvm", Scope.ALL, true);
    public static final Attribute<String> DISPVM_NETVM = text("dispvm_netvm", ValueType.TEXT, Scope.ALL, "none");
    public static final Attribute<String> POOL_NAME = text("pool_name", ValueType.TEXT, Scope.ALL, "default");
    public static final Attribute<Boolean> BACKUP_CONTENT = bool("backup_content", Scope.ALL, false);
    public static final Attribute<Long> BACKUP_SIZE = number("backup_size", 0, Scope.ALL, 0L);
    public static final Attribute<String> BACKUP_PATH = text("backup_path", ValueType.TEXT, Scope.ALL, "");
    public static final Attribute<Long> BACKUP_TIMESTAMP = number("backup_timestamp", 0, Scope.ALL, null);
    public static final Attribute<String> KERNEL = text("kernel", ValueType.KERNEL, Scope.KERNEL, null);
    public static final Attribute<Boolean> USES_DEFAULT_KERNEL = bool("uses_default_kernel", Scope.KERNEL, true);
    public static final Attribute<String> KERNELOPTS = text("kernelopts", ValueType.TEXT, Scope.KERNEL, "");
    public static final Attribute<Boolean> USES_DEFAULT_KERNELOPTS =
            bool("uses_default_kernelopts", Scope.KERNEL, true);
    public static final Attribute<Long> NETID =
            add(new Attribute<>("netid", ValueType.number(0, QubesVm.MAX_ID), Scope.NETWORK, new Constant<>(null)));
    public static final Attribute<DriveSpec> DRIVE =
            add(new Attribute<>("drive", ValueType.DRIVE, Scope.HVM, new Constant<>(null)));
    public static final Attribute<String> TIMEZONE = text("timezone", ValueType.TIMEZONE, Scope.HVM, "localtime");
    public static final Attribute<Boolean> QREXEC_INSTALLED = bool("qrexec_installed", Scope.HVM, false);
    public static final Attribute<Boolean> GUIAGENT_INSTALLED = bool("guiagent_installed", Scope.HVM, false);
    public static final Attribute<Boolean> SEAMLESS_GUI_MODE = bool("seamless_gui_mode", Scope.HVM, false);
    public static final Attribute<Long> DISPID = number("dispid", 0, Scope.DISPOSABLE, null);
    public static final Attribute<String> DISP_SAVEFILE =
            text("disp_savefile", ValueType.PATH, Scope.DISPOSABLE, "/var/run/qubes/current-savefile");

    private Attributes() {}

    /** The attribute of this XML name, or null for one that is only kept. */
    public static @Nullable Attribute<?> named(String xmlName) {
        return BY_NAME.get(xmlName);
    }

    private static <T> Attribute<T> add(Attribute<T> attribute) {
        BY_NAME.put(attribute.xmlName(), attribute);
        return attribute;
    }

    private static Attribute<String> text(
            String name, ValueType<String> type, Scope scope, @Nullable String defaultValue) {
        return add(new Attribute<>(name, type, scope, new Constant<>(defaultValue)));
    }

    private static Attribute<Boolean> bool(String name, Scope scope, boolean defaultValue) {
        return add(new Attribute<>(name, ValueType.BOOL, scope, new Constant<>(defaultValue)));
    }

    private static Attribute<Long> number(String name, long least, Scope scope, @Nullable Long defaultValue) {
        return add(new Attribute<>(name, ValueType.number(least, Long.MAX_VALUE), scope, new Constant<>(defaultValue)));
    }

    private record Constant<T>(@Nullable T value) implements DefaultRule<T> {
        @Override
        public @Nullable T of(QubesVm vm) {
            return value;
        }
    }

    private static final class ClassLabel implements DefaultRule<Label> {
        @Override
        public Label of(QubesVm vm) {
            return vm.vmClass().defaultLabel();
        }
    }

    private static final class ClassMemory implements DefaultRule<Long> {
        @Override
        public Long of(QubesVm vm) {
            return (long) vm.vmClass().defaultMemory();
        }
    }

    /** An HVM that says nothing leaves its memory alone. */
    private static final class ClassServices implements DefaultRule<Map<String, Boolean>> {
        @Override
        public Map<String, Boolean> of(QubesVm vm) {
            return vm.vmClass().isHvm() ? Map.of(VmFacts.MEMINFO_WRITER, false) : Map.of();
        }
    }

    private static final class IncludeInBackups implements DefaultRule<Boolean> {
        @Override
        public Boolean of(QubesVm vm) {
            return !vm.is(INSTALLED_BY_RPM);
        }
    }

    /** Absent: false when a netvm is named, else true, so that an R2 DisposableVM without network stays without. */
    private static final class UsesDefaultNetvm implements DefaultRule<Boolean> {
        @Override
        public Boolean of(QubesVm vm) {
            return !vm.attributes().has("netvm_qid");
        }
    }
}
