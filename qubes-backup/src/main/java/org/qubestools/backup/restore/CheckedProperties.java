package org.qubestools.backup.restore;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmFacts;

/** Takes over the properties of a VM whose text or effect is not harmless in itself. */
final class CheckedProperties {
    private static final String UNSAFE_IN_XML = "<>'\"&";

    private final QubesVm source;
    private final String name;
    private final boolean paranoid;
    private final NewVm made;
    private final List<String> warnings;

    CheckedProperties(PlannedVm planned, boolean paranoid, NewVm made, List<String> warnings) {
        this.source = planned.item().vm();
        this.name = planned.name();
        this.paranoid = paranoid;
        this.made = made;
        this.warnings = warnings;
    }

    void copy() {
        copyServices();
        copyPciDevices();
        copyDefaultUser();
    }

    private void copyServices() {
        Map<String, Boolean> services = new LinkedHashMap<>();
        for (Map.Entry<String, Boolean> service :
                source.getOr(Attributes.SERVICES, Map.of()).entrySet()) {
            if (isGoodService(service.getKey())) {
                services.put(service.getKey(), service.getValue());
            } else {
                warn("its service '" + SafeText.of(service.getKey()) + "' is left out for its name");
            }
        }
        // It is off in an HVM that never told of its GUI agent; here the new VM will tell, so it must be written down.
        boolean untold = source.vmClass().isHvm() && !source.has(Attributes.GUIAGENT_INSTALLED);
        if (untold) {
            services.put(VmFacts.MEMINFO_WRITER, false);
        } else {
            services.putIfAbsent(VmFacts.MEMINFO_WRITER, !hasPciDevices());
        }
        made.set(Attributes.SERVICES, services);
    }

    private boolean hasPciDevices() {
        return !source.getOr(Attributes.PCIDEVS, List.of()).isEmpty();
    }

    private boolean isGoodService(String service) {
        for (int i = 0; i < service.length(); i++) {
            char c = service.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
            boolean other = (c >= '0' && c <= '9') || c == '.';
            if (!letter && (paranoid || !other)) {
                return false;
            }
        }
        return !service.isEmpty();
    }

    private void copyPciDevices() {
        if (!paranoid) {
            made.set(Attributes.PCIDEVS, source.getOr(Attributes.PCIDEVS, List.of()));
        } else if (hasPciDevices()) {
            warn("its PCI devices are left out");
        }
    }

    private void copyDefaultUser() {
        String user = source.getOr(Attributes.DEFAULT_USER, "user");
        boolean good = !user.isEmpty() && !hasControlCharacter(user);
        if (good && !paranoid) {
            made.set(Attributes.DEFAULT_USER, user);
        } else if (!user.equals("user")) {
            warn("its default user '" + SafeText.of(user) + "' is left out");
        }
    }

    /** Kernel and kernel options; a kernel that the host has not got gives way to the default one. */
    void copyKernel(Predicate<String> kernelInstalled) {
        if (!source.vmClass().hasKernel()) {
            return;
        }
        boolean usesDefault = source.is(Attributes.USES_DEFAULT_KERNEL);
        String kernel = source.get(Attributes.KERNEL);
        String stored = source.attributes().get(Attributes.KERNEL.xmlName());
        boolean malformed = kernel == null && stored != null && !stored.equalsIgnoreCase("none");
        if (!usesDefault && (malformed || (kernel != null && !kernelInstalled.test(kernel)))) {
            warn("its kernel '" + SafeText.of(String.valueOf(stored)) + "' is not installed, it gets the default one");
            usesDefault = true;
        }
        made.set(Attributes.USES_DEFAULT_KERNEL, usesDefault);
        made.set(Attributes.KERNEL, usesDefault ? null : kernel);
        copyKernelopts();
    }

    private void copyKernelopts() {
        String options = source.getOr(Attributes.KERNELOPTS, "");
        boolean own = !source.is(Attributes.USES_DEFAULT_KERNELOPTS);
        if (own && !isGoodKernelopts(options)) {
            warn("its kernel options are left out for a character in them");
            own = false;
        }
        made.set(Attributes.USES_DEFAULT_KERNELOPTS, !own);
        made.set(Attributes.KERNELOPTS, own ? options : "");
    }

    private boolean isGoodKernelopts(String options) {
        for (int i = 0; paranoid && i < options.length(); i++) {
            if (UNSAFE_IN_XML.indexOf(options.charAt(i)) >= 0) {
                return false;
            }
        }
        return !hasControlCharacter(options);
    }

    private static boolean hasControlCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < 0x20 || text.charAt(i) == 0x7f) {
                return true;
            }
        }
        return false;
    }

    private void warn(String what) {
        warnings.add("VM '" + SafeText.of(name) + "': " + what);
    }
}
