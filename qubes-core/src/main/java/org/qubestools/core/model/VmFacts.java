package org.qubestools.core.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What holds for a VM when its own settings, its template, its network and the host are taken together. */
public final class VmFacts {
    public static final String MEMINFO_WRITER = "meminfo-writer";
    public static final String NTPD = "ntpd";
    /** Characters of a service's name that a key of QubesDB has room for, where the VM is told of it at its start. */
    public static final int LONGEST_SERVICE = 48;

    private static final long MAXMEM_RATIO = 10;

    private final VmCollection vms;
    private final QubesVm vm;
    private final HostSource host;

    /**
     * Looks at one VM of a collection.
     *
     * @param host asked only when a value depends on it; empty when it is not known, as in offline mode
     */
    public VmFacts(VmCollection vms, QubesVm vm, HostSource host) {
        this.vms = vms;
        this.vm = vm;
        this.host = host;
    }

    public long memory() {
        return vm.getOr(Attributes.MEMORY, (long) vm.vmClass().defaultMemory());
    }

    /** MiB; null when it is not stored and the host is not known. Never more than ten times the memory. */
    public @Nullable Long maxmem() {
        if (vm.vmClass() == VmClass.ADMIN) {
            return 0L;
        }
        if (vm.vmClass().isHvm()) {
            return memory();
        }
        Long maxmem = vm.get(Attributes.MAXMEM);
        if (maxmem == null) {
            Optional<HostInfo> known = host.knownHost();
            if (known.isEmpty()) {
                return null;
            }
            maxmem = known.get().memoryMib() / 2;
        }
        boolean capped = memory() < Long.MAX_VALUE / MAXMEM_RATIO;
        return capped ? Long.valueOf(Math.min(maxmem, memory() * MAXMEM_RATIO)) : maxmem;
    }

    public long vcpus() {
        return vm.vmClass() == VmClass.ADMIN ? 0 : vm.getOr(Attributes.VCPUS, 2L);
    }

    public Label label() {
        return vm.vmClass() == VmClass.ADMIN
                ? Label.BLACK
                : vm.getOr(Attributes.LABEL, vm.vmClass().defaultLabel());
    }

    /** Name below {@code vm-kernels}; null for a VM with a kernel of its own. */
    public @Nullable String kernel() {
        return vm.is(Attributes.USES_DEFAULT_KERNEL) ? vms.globals().defaultKernel() : vm.get(Attributes.KERNEL);
    }

    public String kernelopts() {
        if (!vm.is(Attributes.USES_DEFAULT_KERNELOPTS)) {
            return vm.getOr(Attributes.KERNELOPTS, "");
        }
        if (hasPciDevices()) {
            return "nopat iommu=soft swiotlb=8192";
        }
        QubesVm template = vms.template(vm).vm();
        return template == null ? "nopat" : new VmFacts(vms, template, host).kernelopts();
    }

    public boolean hasPciDevices() {
        return !vm.getOr(Attributes.PCIDEVS, List.of()).isEmpty();
    }

    public String mac() {
        String stored = vm.get(Attributes.MAC);
        if (stored != null) {
            return stored;
        }
        QubesVm template = vm.vmClass() == VmClass.HVM ? vms.template(vm).vm() : null;
        return template == null ? MacAddress.ofQid(Math.max(vm.qid(), 0)) : new VmFacts(vms, template, host).mac();
    }

    /** The stored services, with the two that have a default or forced value. */
    public Map<String, Boolean> services() {
        Map<String, Boolean> services = new LinkedHashMap<>(vm.getOr(Attributes.SERVICES, Map.of()));
        if (isMeminfoWriterForcedOff()) {
            services.put(MEMINFO_WRITER, false);
        } else {
            services.putIfAbsent(MEMINFO_WRITER, true);
        }
        QubesVm clockvm = vms.globals().clockvm();
        if (clockvm != null && clockvm.key() == vm.key()) {
            services.put(NTPD, false);
        }
        return services;
    }

    /** With PCI devices, and in an HVM that never told whether it has the GUI agent. */
    public boolean isMeminfoWriterForcedOff() {
        return hasPciDevices() || (vm.vmClass().isHvm() && !vm.has(Attributes.GUIAGENT_INSTALLED));
    }

    public String defaultUser() {
        QubesVm template = vms.template(vm).vm();
        return template == null
                ? vm.getOr(Attributes.DEFAULT_USER, "user")
                : new VmFacts(vms, template, host).defaultUser();
    }

    public boolean qrexecInstalled() {
        return ownOrTemplates(Attributes.QREXEC_INSTALLED);
    }

    public boolean guiagentInstalled() {
        return ownOrTemplates(Attributes.GUIAGENT_INSTALLED);
    }

    public boolean seamlessGuiMode() {
        return guiagentInstalled() && vm.is(Attributes.SEAMLESS_GUI_MODE);
    }

    private boolean ownOrTemplates(Attribute<Boolean> attribute) {
        QubesVm template = vms.template(vm).vm();
        return vm.is(attribute) || (template != null && template.is(attribute));
    }

    public boolean updateable() {
        return vm.vmClass().isTemplate() || vms.storedTemplate(vm).isNone();
    }

    public boolean includeInBackups() {
        return vm.vmClass() != VmClass.DISPOSABLE && vm.is(Attributes.INCLUDE_IN_BACKUPS);
    }

    /** Epoch seconds of the last backup, or null. */
    public @Nullable Long backupTimestamp() {
        Long stored = vm.get(Attributes.BACKUP_TIMESTAMP);
        return stored == null || stored == 0 ? null : stored;
    }

    /** It gives network, or has some. */
    public boolean networked() {
        return vm.vmClass().givesNetwork() || vms.netvm(vm).vm() != null;
    }
}
