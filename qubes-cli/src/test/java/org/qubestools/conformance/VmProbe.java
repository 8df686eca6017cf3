package org.qubestools.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;

/** What the model says a VM's property is, in the words of the expected values. */
final class VmProbe {
    private final VmView view;

    VmProbe(VmView view) {
        this.view = view;
    }

    /** Differences between the expected properties and the model. */
    List<String> compare(Map<String, Object> expected) {
        List<String> differences = new ArrayList<>();
        for (Map.Entry<String, Object> entry : expected.entrySet()) {
            Object actual = value(entry.getKey());
            if (!same(entry.getValue(), actual)) {
                differences.add(entry.getKey() + " is " + actual + ", not " + entry.getValue());
            }
        }
        return differences;
    }

    private static boolean same(Object expected, Object actual) {
        return expected == null
                ? actual == null
                : actual != null && expected.toString().equals(actual.toString());
    }

    private Object value(String property) {
        QubesVm vm = view.vm();
        return switch (property) {
            case "xml_element" -> vm.vmClass().element();
            case "is" -> kinds(vm.vmClass());
            case "label_index" -> view.facts().label().index();
            case "label_color" ->
                String.format(Locale.ROOT, "0x%06x", view.facts().label().color());
            case "label_icon" -> view.facts().label().icon(vm.vmClass() == VmClass.DISPOSABLE);
            case "networked" -> view.facts().networked();
            case "mac_is_auto" -> vm.get(Attributes.MAC) == null;
            case "uses_default_netvm" -> vm.vmClass().hasDefaultNetvm() && vm.is(Attributes.USES_DEFAULT_NETVM);
            case "connected_vms" ->
                view.vms().connectedTo(vm).stream().map(QubesVm::name).sorted().toList();
            case "services" -> new TreeMap<>(view.facts().services());
            default -> ofTable(property);
        };
    }

    private Object ofTable(String name) {
        VmProperty property = VmProperties.named(name);
        if (property == null) {
            return "(no such property)";
        }
        return property.belongsTo(view.vm().vmClass()) ? property.value(view) : null;
    }

    private static List<String> kinds(VmClass vmClass) {
        List<String> kinds = new ArrayList<>();
        if (vmClass.isTemplate()) {
            kinds.add("template");
        }
        if (vmClass.isAppVmLike()) {
            kinds.add("appvm");
        }
        if (vmClass.givesNetwork()) {
            kinds.add("netvm");
        }
        if (vmClass == VmClass.PROXY) {
            kinds.add("proxyvm");
        }
        if (vmClass == VmClass.DISPOSABLE) {
            kinds.add("disposablevm");
        }
        return kinds;
    }
}
