package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFacts;
import org.qubestools.core.xml.XmlElement;

/**
 * One domain of R4 as a VM of our store, by the table of section 13.4 read backwards.
 *
 * <p>Texts go over as they are; whether they are usable is found out where every store is checked.
 */
final class R4Translation {
    static final String UPDATE_CHECK = "qubes-update-check";

    /** Properties that are looked at here, and such as have no meaning for a restore. */
    private static final Set<String> KNOWN = Set.of(
            "name",
            "qid",
            "uuid",
            "template",
            "netvm",
            "provides_network",
            "label",
            "memory",
            "maxmem",
            "vcpus",
            "default_user",
            "qrexec_timeout",
            "debug",
            "autostart",
            "mac",
            "include_in_backups",
            "installed_by_rpm",
            "kernel",
            "kernelopts",
            "virt_mode",
            "backup_timestamp");

    private static final List<Attribute<?>> SAME_NAME = List.of(
            Attributes.LABEL,
            Attributes.MEMORY,
            Attributes.VCPUS,
            Attributes.DEFAULT_USER,
            Attributes.QREXEC_TIMEOUT,
            Attributes.DEBUG,
            Attributes.AUTOSTART,
            Attributes.MAC,
            Attributes.INCLUDE_IN_BACKUPS,
            Attributes.INSTALLED_BY_RPM);

    private final R4Domain domain;
    private final R4References references;
    private final Map<String, String> globals;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Losses losses = new Losses();

    private R4Translation(R4Domain domain, R4References references, Map<String, String> globals) {
        this.domain = domain;
        this.references = references;
        this.globals = globals;
    }

    /**
     * The result.
     *
     * @param element as our store would have it
     * @param remarks what it cannot hold; no line or one
     * @param violation why there is no such VM of ours, or empty; then the element has little more than the name
     */
    record Result(XmlElement element, List<String> remarks, String violation) {}

    static Result of(R4Domain domain, R4References references, Map<String, String> globals) {
        if (domain.isAdmin()) {
            String include = domain.properties().getOrDefault("include_in_backups", "True");
            XmlElement dom0 = element(VmClass.ADMIN, NewVm.dom0());
            return new Result(dom0.with("include_in_backups", include), List.of(), "");
        }
        return new R4Translation(domain, references, globals).translated();
    }

    private Result translated() {
        VmClass vmClass = vmClass();
        if (vmClass == null) {
            XmlElement element = new XmlElement(VmClass.APP.element())
                    .with("name", domain.name())
                    .with("qid", domain.qid());
            String type = SafeText.of(domain.type());
            return new Result(element, List.of(), "there is no kind of VM here for its class '" + type + "'");
        }
        for (Attribute<?> attribute : SAME_NAME) {
            String text = domain.properties().get(attribute.xmlName());
            if (text != null && attribute.belongsTo(vmClass)) {
                values.put(attribute.xmlName(), text);
            }
        }
        values.put("qid", domain.qid());
        values.put("template_qid", template());
        memory(vmClass);
        netvm(vmClass);
        kernel(vmClass);
        features(vmClass);
        devices();
        otherProperties(vmClass);
        domain.tags().forEach(tag -> losses.add("tag", tag));
        XmlElement element = element(vmClass, new NewVm(vmClass, domain.name(), 0, 0, Pools.DEFAULT).attributes());
        values.forEach(element::with);
        return new Result(element, losses.remarks(), "");
    }

    private static XmlElement element(VmClass vmClass, AttributeMap attributes) {
        XmlElement element = new XmlElement(vmClass.element());
        for (int i = 0; i < attributes.size(); i++) {
            element.with(attributes.name(i), attributes.value(i));
        }
        return element;
    }

    private @Nullable VmClass vmClass() {
        boolean network = isTrue(domain.properties().get("provides_network"));
        return switch (domain.type()) {
            case "TemplateVM" -> VmClass.TEMPLATE;
            case "AppVM", "StandaloneVM" -> {
                if (network) {
                    yield isEmpty("netvm") ? VmClass.NET : VmClass.PROXY;
                }
                yield domain.type().equals("StandaloneVM") && isEmpty("kernel") ? VmClass.HVM : VmClass.APP;
            }
            default -> null;
        };
    }

    private static boolean isTrue(@Nullable String text) {
        return text != null && text.strip().equalsIgnoreCase("true");
    }

    /** It is there and empty; an absent one has its default. */
    private boolean isEmpty(String property) {
        return "".equals(domain.properties().get(property));
    }

    private String template() {
        if (!domain.type().equals("AppVM")) {
            return "none";
        }
        String name = domain.properties().get("template");
        String stored = references.stored(name == null ? globals.get("default_template") : name);
        return stored.equals("none") ? "?" : stored;
    }

    private void memory(VmClass vmClass) {
        String memory = domain.properties().getOrDefault("memory", R4Defaults.MEMORY);
        String maxmem = domain.properties().getOrDefault("maxmem", R4Defaults.MAXMEM);
        values.put("memory", memory);
        if (Attributes.MAXMEM.belongsTo(vmClass)) {
            values.put("maxmem", maxmem.equals("0") ? memory : maxmem); // 0: no more than the memory
        }
    }

    private void netvm(VmClass vmClass) {
        String netvm = domain.properties().get("netvm");
        if (vmClass == VmClass.PROXY) {
            // only a named one can be stored for it
            values.put("netvm_qid", references.stored(netvm == null ? globals.get("default_fw_netvm") : netvm));
        } else if (vmClass.hasDefaultNetvm()) {
            values.put("uses_default_netvm", netvm == null ? "True" : "False");
            values.put("netvm_qid", references.stored(netvm));
        }
    }

    private void kernel(VmClass vmClass) {
        String kernel = domain.properties().get("kernel");
        String options = domain.properties().get("kernelopts");
        if (!vmClass.hasKernel()) {
            if (options != null) {
                losses.add("property", "kernelopts");
            }
            return;
        }
        if (kernel != null) {
            values.put("uses_default_kernel", "False");
            values.put("kernel", kernel.isEmpty() ? "None" : kernel);
        }
        if (options != null) {
            values.put("uses_default_kernelopts", "False");
            values.put("kernelopts", options);
        }
    }

    private void features(VmClass vmClass) {
        Map<String, Boolean> services = new LinkedHashMap<>();
        services.put(VmFacts.MEMINFO_WRITER, !vmClass.isHvm());
        domain.features().forEach((name, text) -> {
            boolean on = !text.isEmpty();
            String service = name.startsWith("service.") ? name.substring("service.".length()) : "";
            if (name.equals("internal")) {
                values.put("internal", Attributes.INTERNAL.format(on));
            } else if (name.equals("check-updates")) {
                services.put(UPDATE_CHECK, on);
            } else if (isService(service)) {
                services.put(service, on);
            } else if (!name.startsWith("backup-")) {
                losses.add("feature", name);
            }
        });
        values.put("services", Attributes.SERVICES.format(services));
    }

    /** What the tools of our store accept as the name of a service. */
    static boolean isService(String untrustedName) {
        return !untrustedName.isEmpty()
                && untrustedName
                        .chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || c == '_'
                                || c == '.'
                                || c == '-');
    }

    private void devices() {
        List<PciAddress> addresses = new ArrayList<>();
        for (XmlElement list : domain.deviceLists()) {
            String kind = Objects.requireNonNullElse(list.attribute("class"), "");
            for (XmlElement device : list.children("device")) {
                String id = Objects.requireNonNullElse(device.attribute("id"), "");
                PciAddress address = PciAddress.parse(id.replace('_', ':'));
                boolean ours = kind.equals("pci") && "dom0".equals(device.attribute("backend-domain"));
                if (!ours || address == null || addresses.contains(address)) {
                    losses.add(kind + " device", id);
                } else {
                    addresses.add(address);
                    options(device, id);
                }
            }
        }
        values.put("pcidevs", PciAddress.formatList(addresses));
    }

    private void options(XmlElement device, String id) {
        for (XmlElement option : device.children("option")) {
            String name = Objects.requireNonNullElse(option.attribute("name"), "");
            if (!name.equals("no-strict-reset")) {
                losses.add("option of device " + id, name);
            } else if (isTrue(option.text())) {
                values.put("pci_strictreset", "False");
            }
        }
    }

    private void otherProperties(VmClass vmClass) {
        for (String name : domain.properties().keySet()) {
            if (!KNOWN.contains(name)) {
                losses.add("property", name);
            }
        }
        boolean hvm = "hvm".equals(domain.properties().get("virt_mode"));
        if (hvm && !vmClass.isHvm()) {
            losses.add("property", "virt_mode");
        }
        if (isEmpty("kernel") && vmClass.hasKernel()) {
            losses.add("kernel", "on its own disk");
        }
    }
}
