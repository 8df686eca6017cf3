package org.qubestools.backup.format;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.xml.XmlElement;

/** R4's document for a store of ours, as section 13.4 of the format notes has it. */
final class R4Writer {
    private final VmCollection vms;
    private final Map<Integer, R4QubesXml.Place> places;
    private final Map<Integer, XmlElement> firewalls;

    /**
     * Prepares for one collection.
     *
     * @param places of the VMs in the backup, by qid
     * @param firewalls root elements of R3's files, by qid
     */
    R4Writer(VmCollection vms, Map<Integer, R4QubesXml.Place> places, Map<Integer, XmlElement> firewalls) {
        this.vms = vms;
        this.places = places;
        this.firewalls = firewalls;
    }

    XmlElement document() {
        XmlElement root = new XmlElement("qubes").with(labels()).with(globals());
        XmlElement stored = root.adding(new XmlElement(R4Domain.STORED));
        for (Globals.Key key : Globals.Key.all()) {
            String text = vms.rootAttributes().get(key.xmlName());
            if (text != null) {
                stored.with(key.xmlName(), text);
            }
        }
        XmlElement domains = root.adding(new XmlElement("domains"));
        for (QubesVm vm : vms.byQidOrder()) {
            if (isWritten(vm)) {
                domains.with(domain(vm));
            }
        }
        return root;
    }

    /** It can be told from all others, and is no DisposableVM. */
    boolean isWritten(QubesVm vm) {
        QubesVm found = vms.byQid(vm.qid());
        return vm.vmClass() != VmClass.DISPOSABLE
                && found != null
                && found.key() == vm.key()
                && vm.hasGoodName()
                && !vms.isDuplicateName(vm);
    }

    private static XmlElement labels() {
        XmlElement labels = new XmlElement("labels");
        for (Label label : Label.values()) {
            labels.adding(new XmlElement("label"))
                    .with("id", "label-" + label.index())
                    .with("color", String.format(Locale.ROOT, "0x%06x", label.color()))
                    .withText(label.text());
        }
        return labels;
    }

    private XmlElement globals() {
        XmlElement properties = new XmlElement("properties");
        Globals globals = vms.globals();
        property(properties, "clockvm", name(globals.clockvm()));
        property(properties, "default_kernel", globals.defaultKernel());
        property(properties, "default_netvm", name(globals.defaultNetvm()));
        property(properties, "default_template", name(globals.defaultTemplate()));
        property(properties, "updatevm", name(globals.updatevm()));
        return properties;
    }

    private @Nullable String name(@Nullable QubesVm vm) {
        return vm == null || !isWritten(vm) ? null : vm.name();
    }

    private static void property(XmlElement properties, String name, @Nullable String text) {
        if (text != null) {
            properties.with(XmlElement.named("property", name, text));
        }
    }

    private XmlElement domain(QubesVm vm) {
        XmlElement domain =
                new XmlElement("domain").with("id", "domain-" + vm.qid()).with("class", type(vm));
        domain.with(new R4Properties(
                        vms,
                        vm,
                        name(vms.storedTemplate(vm).vm()),
                        name(vms.netvm(vm).vm()))
                .element());
        domain.with(features(vm)).with(new XmlElement("tags"));
        List<PciAddress> devices = vm.getOr(Attributes.PCIDEVS, List.of());
        if (!devices.isEmpty()) {
            domain.with(devices(devices, vm.is(Attributes.PCI_STRICTRESET)));
        }
        XmlElement stored = domain.adding(new XmlElement(R4Domain.STORED)).with(stored(vm));
        XmlElement firewall = firewalls.get(vm.qid());
        if (firewall != null) {
            stored.with(firewall);
        }
        return domain;
    }

    private String type(QubesVm vm) {
        if (vm.vmClass() == VmClass.ADMIN) {
            return "AdminVM";
        }
        if (vm.vmClass().isTemplate()) {
            return "TemplateVM";
        }
        return vms.storedTemplate(vm).isNone() ? "StandaloneVM" : "AppVM";
    }

    private XmlElement features(QubesVm vm) {
        XmlElement features = new XmlElement("features");
        if (vm.is(Attributes.INTERNAL)) {
            feature(features, "internal", "1");
        }
        vm.getOr(Attributes.SERVICES, Map.of()).forEach((service, on) -> {
            if (service.equals(R4Translation.UPDATE_CHECK)) {
                feature(features, "check-updates", on ? "1" : "");
            } else if (R4Translation.isService(service)) {
                feature(features, "service." + service, on ? "1" : "");
            }
        });
        R4QubesXml.Place place = places.get(vm.qid());
        feature(features, "backup-content", place == null ? "" : "1");
        if (place != null) {
            boolean home = vm.vmClass() == VmClass.ADMIN;
            feature(features, "backup-path", home ? place.path() : place.path() + "/");
            feature(features, "backup-size", String.valueOf(place.size()));
        }
        return features;
    }

    private static void feature(XmlElement features, String name, String text) {
        features.with(XmlElement.named("feature", name, text));
    }

    private static XmlElement devices(List<PciAddress> addresses, boolean strictReset) {
        XmlElement devices = new XmlElement("devices").with("class", "pci");
        for (PciAddress address : addresses) {
            XmlElement device = devices.adding(new XmlElement("device"))
                    .with("backend-domain", "dom0")
                    .with("id", address.value().replace(':', '_'));
            if (!strictReset) {
                device.with(XmlElement.named("option", "no-strict-reset", "True"));
            }
        }
        return devices;
    }

    /** The VM's element without what holds only for this system. */
    private static XmlElement stored(QubesVm vm) {
        XmlElement element = new XmlElement(vm.vmClass().element());
        AttributeMap attributes = vm.attributes().sorted();
        for (int i = 0; i < attributes.size(); i++) {
            if (!staysHere(attributes.name(i), attributes.attribute(i), attributes.value(i))) {
                element.with(attributes.name(i), attributes.value(i));
            }
        }
        return element;
    }

    private static boolean staysHere(String name, @Nullable Attribute<?> attribute, String value) {
        boolean path =
                switch (name) {
                    case "uuid", "dir_path", "conf_file", "root_img", "private_img", "volatile_img" -> true;
                    case "firewall_conf" -> value.startsWith("/");
                    default -> false;
                };
        boolean prefixed = attribute == null && (name.indexOf(':') >= 0 || name.equals("xmlns"));
        return path || prefixed || name.startsWith("backup_");
    }
}
