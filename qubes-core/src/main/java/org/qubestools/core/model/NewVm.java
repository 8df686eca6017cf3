package org.qubestools.core.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes of a VM that is made now: every one that R3.2 would write, with its default. */
public final class NewVm {
    private final VmClass vmClass;
    private final Map<String, String> values = new LinkedHashMap<>();

    /**
     * Begins a VM with every default of its class.
     *
     * @param templateQid 0 for none
     */
    public NewVm(VmClass vmClass, String name, int qid, int templateQid, String pool) {
        this.vmClass = vmClass;
        set(Attributes.QID, String.valueOf(qid));
        set(Attributes.NAME, name);
        set(Attributes.TEMPLATE, templateQid == 0 ? "none" : String.valueOf(templateQid));
        set(Attributes.POOL_NAME, pool);
        set(Attributes.LABEL, vmClass.defaultLabel());
        set(Attributes.MEMORY, (long) vmClass.defaultMemory());
        set(Attributes.VCPUS, 2L);
        common();
        if (vmClass.hasKernel()) {
            set(Attributes.KERNEL, null);
            set(Attributes.USES_DEFAULT_KERNEL, true);
            set(Attributes.KERNELOPTS, "");
            set(Attributes.USES_DEFAULT_KERNELOPTS, true);
        }
        if (vmClass.isHvm()) {
            set(Attributes.DRIVE, null);
            set(Attributes.TIMEZONE, "localtime");
            set(Attributes.QREXEC_INSTALLED, false);
            set(Attributes.GUIAGENT_INSTALLED, false);
            set(Attributes.SEAMLESS_GUI_MODE, false);
        }
    }

    private void common() {
        set(Attributes.PCIDEVS, List.of());
        set(Attributes.PCI_STRICTRESET, true);
        set(Attributes.PCI_E820_HOST, true);
        set(Attributes.INTERNAL, false);
        set(Attributes.INSTALLED_BY_RPM, false);
        set(Attributes.INCLUDE_IN_BACKUPS, true);
        set(Attributes.DEBUG, false);
        set(Attributes.DEFAULT_USER, "user");
        set(Attributes.QREXEC_TIMEOUT, 60L);
        set(Attributes.AUTOSTART, false);
        set(Attributes.USES_DEFAULT_DISPVM_NETVM, true);
        set(Attributes.DISPVM_NETVM, "none");
        set(Attributes.BACKUP_CONTENT, false);
        set(Attributes.BACKUP_PATH, "");
        set(Attributes.BACKUP_SIZE, 0L);
        set(Attributes.FIREWALL_CONF, "firewall.xml");
        set(Attributes.SERVICES, Map.of(VmFacts.MEMINFO_WRITER, !vmClass.isHvm()));
        if (vmClass.hasDefaultNetvm()) {
            set(Attributes.USES_DEFAULT_NETVM, true);
        }
        if (vmClass.hasNetvm()) {
            set(Attributes.NETVM, "none");
        }
    }

    /** Takes the value over the default. */
    public <T> NewVm set(Attribute<T> attribute, @Nullable T value) {
        values.put(attribute.xmlName(), attribute.format(value));
        return this;
    }

    /** The dom0 element of a store that had none, with the defaults that count while it is missing. */
    public static AttributeMap dom0() {
        NewVm dom0 = new NewVm(VmClass.ADMIN, "dom0", 0, 0, Pools.DEFAULT);
        dom0.values.put("netid", "0");
        dom0.values.put("dir_path", "/var/lib/qubes/servicevms/dom0");
        dom0.values.put("conf_file", "dom0.conf");
        dom0.values.put("vcpus", "0");
        dom0.values.put("maxmem", "0");
        return dom0.attributes();
    }

    public VmClass vmClass() {
        return vmClass;
    }

    public AttributeMap attributes() {
        String[] names = values.keySet().toArray(new String[0]);
        String[] texts = values.values().toArray(new String[0]);
        return AttributeMap.of(names, texts, names.length).sorted();
    }
}
