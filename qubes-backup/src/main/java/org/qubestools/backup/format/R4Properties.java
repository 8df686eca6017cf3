package org.qubestools.backup.format;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmFacts;
import org.qubestools.core.xml.XmlElement;

/** The {@code properties} element of R4 for one VM of ours. */
final class R4Properties {
    private final QubesVm vm;
    private final VmFacts facts;
    private final @Nullable String template;
    private final @Nullable String netvm;
    private final XmlElement properties = new XmlElement("properties");

    /**
     * Prepares for one VM.
     *
     * @param template its name, or null
     * @param netvm name of the one in force, or null
     */
    R4Properties(VmCollection vms, QubesVm vm, @Nullable String template, @Nullable String netvm) {
        this.vm = vm;
        this.facts = new VmFacts(vms, vm, Optional::empty);
        this.template = template;
        this.netvm = netvm;
    }

    XmlElement element() {
        boolean admin = vm.vmClass() == VmClass.ADMIN;
        if (!admin) {
            add("name", vm.name());
            add("qid", String.valueOf(vm.qid()));
        }
        add("label", facts.label().text());
        if (template != null) {
            add("template", template);
        }
        add("include_in_backups", facts.includeInBackups() ? "True" : "False");
        if (!admin) {
            network();
            machine();
            kernel();
        }
        return properties;
    }

    private void add(String name, String text) {
        properties.with(XmlElement.named("property", name, text));
    }

    private void addUnless(String usual, String name, String text) {
        if (!text.equals(usual)) {
            add(name, text);
        }
    }

    private void network() {
        if (vm.vmClass().givesNetwork()) {
            add("provides_network", "True");
        }
        boolean byDefault = vm.vmClass().hasDefaultNetvm() && vm.is(Attributes.USES_DEFAULT_NETVM);
        if (!byDefault) {
            add("netvm", netvm == null ? "" : netvm);
        }
    }

    private void machine() {
        addUnless(R4Defaults.MEMORY, "memory", String.valueOf(facts.memory()));
        Long maxmem = Attributes.MAXMEM.belongsTo(vm.vmClass()) ? vm.get(Attributes.MAXMEM) : null;
        if (maxmem != null) {
            addUnless(R4Defaults.MAXMEM, "maxmem", String.valueOf(maxmem));
        }
        addUnless(R4Defaults.VCPUS, "vcpus", String.valueOf(facts.vcpus()));
        addUnless(R4Defaults.USER, "default_user", vm.getOr(Attributes.DEFAULT_USER, R4Defaults.USER));
        addUnless(R4Defaults.QREXEC_TIMEOUT, "qrexec_timeout", String.valueOf(vm.get(Attributes.QREXEC_TIMEOUT)));
        flag(Attributes.DEBUG);
        flag(Attributes.AUTOSTART);
        String mac = vm.get(Attributes.MAC);
        if (mac != null) {
            add("mac", mac);
        }
        add("virt_mode", vm.vmClass().isHvm() ? "hvm" : "pv");
    }

    private void flag(Attribute<Boolean> attribute) {
        if (vm.is(attribute)) {
            add(attribute.xmlName(), "True");
        }
    }

    private void kernel() {
        if (!vm.vmClass().hasKernel()) {
            add("kernel", "");
            return;
        }
        if (!vm.is(Attributes.USES_DEFAULT_KERNEL)) {
            String kernel = vm.get(Attributes.KERNEL);
            add("kernel", kernel == null ? "" : kernel);
        }
        if (!vm.is(Attributes.USES_DEFAULT_KERNELOPTS)) {
            add("kernelopts", vm.getOr(Attributes.KERNELOPTS, ""));
        }
    }
}
