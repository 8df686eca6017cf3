package org.qubestools.core.libvirt;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmFacts;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainSpec;

/** Parts of a definition that every driver takes in the same words. */
final class CommonParts {
    private static final String LOCALTIME = "localtime";
    private static final int MAX_SECONDS = 18;

    private CommonParts() {}

    /** The root element with identity, memory and processors. */
    static XmlElement domain(String type, DomainSpec spec) {
        VmFacts facts = spec.vm().facts();
        XmlElement domain = new XmlElement("domain").with("type", type).add("name", spec.name());
        if (!spec.uuid().isEmpty()) {
            domain.add("uuid", spec.uuid());
        }
        long most = Objects.requireNonNullElse(facts.maxmem(), facts.memory());
        long current = Math.min(facts.memory(), most);
        boolean balloons = Boolean.TRUE.equals(facts.services().get(VmFacts.MEMINFO_WRITER));
        return domain.add(mib("memory", balloons ? most : current))
                .add(mib("currentMemory", current))
                .add(XmlElement.ofText("vcpu", Long.toString(facts.vcpus())).with("placement", "static"));
    }

    private static XmlElement mib(String name, long mib) {
        return XmlElement.ofText(name, Long.toString(mib)).with("unit", "MiB");
    }

    /** Whatever ends the guest ends the domain. */
    static void addEnds(XmlElement domain) {
        domain.add("on_poweroff", "destroy").add("on_reboot", "destroy").add("on_crash", "destroy");
    }

    /** The clock of an HVM. */
    static XmlElement hvmClock(VmView view) {
        String zone = timezone(view.vm());
        boolean local = zone.equals(LOCALTIME);
        String seconds = local || !isSeconds(zone) ? "0" : zone;
        return new XmlElement("clock")
                .with("offset", "variable")
                .with("adjustment", seconds)
                .with("basis", local ? LOCALTIME : "utc");
    }

    /** What is said of an HVM whose time zone means nothing; null if it means something. */
    static @Nullable String clockWarning(QubesVm vm) {
        String zone = timezone(vm);
        return zone.equals(LOCALTIME) || isSeconds(zone)
                ? null
                : "VM '" + SafeText.of(vm.name()) + "' gets UTC: its timezone '" + SafeText.of(zone)
                        + "' is neither localtime nor a number of seconds; set it with qvm-prefs";
    }

    /** The stored text: the typed value of one that means nothing would be the default. */
    private static String timezone(QubesVm vm) {
        String stored = vm.attributes().get(Attributes.TIMEZONE.xmlName());
        return stored == null || stored.toLowerCase(Locale.ROOT).equals(LOCALTIME) ? LOCALTIME : stored;
    }

    private static boolean isSeconds(String text) {
        int start = text.startsWith("-") ? 1 : 0;
        if (text.length() == start || text.length() - start > MAX_SECONDS) {
            return false;
        }
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    static List<PciAddress> pciDevices(QubesVm vm) {
        return vm.getOr(Attributes.PCIDEVS, List.of());
    }

    /** A PCI device of the host that libvirt takes from its driver, and gives back. */
    static XmlElement pciDevice(PciAddress device) {
        String text = device.value();
        XmlElement address = new XmlElement("address")
                .with("domain", "0x0000")
                .with("bus", "0x" + text.substring(0, 2))
                .with("slot", "0x" + text.substring(3, 5))
                .with("function", "0x" + text.substring(6));
        return new XmlElement("hostdev")
                .with("mode", "subsystem")
                .with("type", "pci")
                .with("managed", "yes")
                .add(new XmlElement("source").add(address));
    }

    /** A name that cannot be one of a VM must not get into paths; FAILED if it is one. */
    static void requireGoodName(QubesVm vm) {
        if (!vm.hasGoodName()) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "'" + SafeText.of(vm.name()) + "' is no name that a VM can have, so it cannot be defined",
                    "rename it with 'qvm-prefs -s'");
        }
    }

    /** A path that follows from the VM's name and template; FAILED if none does. */
    static String path(@Nullable String fixedPath, VmView view, String what) {
        if (fixedPath == null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + SafeText.of(view.vm().name()) + "' has no " + what
                            + ": its name or its template cannot be used",
                    "'qvm-prefs' shows both");
        }
        return fixedPath;
    }

    /** The directory of the VM's kernel, which is its own for kernel none. */
    static String kernels(VmView view) {
        return path(view.files().kernels(view.facts().kernel()), view, "kernel");
    }
}
