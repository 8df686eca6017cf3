package org.qubestools.cli.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.qubestools.cli.graph.VmGraph.Edge;
import org.qubestools.cli.graph.VmGraph.Kind;
import org.qubestools.cli.graph.VmGraph.Node;
import org.qubestools.cli.output.LocalTime;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmReference;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;
import org.qubestools.core.runtime.VmStatuses;

/** Makes the graph of a store. A reference that leads nowhere gets a node of its own, so that it is seen. */
public final class GraphBuilder {
    private static final int LONGEST_NAME = 40;

    private final VmCollection vms;
    private final Function<QubesVm, VmView> views;
    private final VmStatuses statuses;
    private final LocalTime local;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();
    private final Map<Integer, Integer> numbers = new HashMap<>();
    private final Map<String, Integer> others = new HashMap<>();

    /**
     * A device that a VM offers.
     *
     * @param backend name of the VM that offers it, {@code dom0} for the host's
     * @param type what kind of device it is, a word
     * @param name what it is called there, untrusted
     * @param text what it is, untrusted; may be empty
     * @param holder name of the VM that has it; empty if none does
     */
    public record Device(String backend, String type, String name, String text, String holder) {}

    /** A builder for one graph of these VMs. */
    public GraphBuilder(VmCollection vms, Function<QubesVm, VmView> views, VmStatuses statuses, LocalTime local) {
        this.vms = vms;
        this.views = views;
        this.statuses = statuses;
        this.local = local;
    }

    /** The VMs tied together by netvm or template. */
    public VmGraph vms(Grouping grouping) {
        List<QubesVm> all = vms.byQidOrder();
        for (QubesVm vm : all) {
            number(vm);
        }
        for (QubesVm vm : all) {
            VmReference giver = grouping == Grouping.TEMPLATE ? vms.template(vm) : vms.netvm(vm);
            QubesVm target = giver.vm();
            if (target != null) {
                edges.add(new Edge(number(target), number(vm)));
            } else if (giver.isBroken()) {
                String shown = cut(giver.shown(""));
                int missing = other(shown, Kind.MISSING, "no " + grouping.word(), Map.of("stored", giver.shown("")));
                edges.add(new Edge(missing, number(vm)));
            }
        }
        return new VmGraph(grouping, statuses.isKnown(), nodes, edges);
    }

    /**
     * Devices below the VMs that offer them, and below each the VMs that have it; VMs that have to do with none are left
     * out. PCI devices come from the store.
     *
     * @param attached devices that running VMs offer
     */
    public VmGraph devices(List<Device> attached) {
        for (QubesVm vm : vms.byQidOrder()) {
            for (PciAddress address : vm.getOr(Attributes.PCIDEVS, List.of())) {
                int device = device(vms.dom0(), "PCI", address.value(), "");
                edges.add(new Edge(device, number(vm)));
            }
        }
        for (Device found : attached) {
            QubesVm backend = vms.byName(found.backend());
            if (backend == null) {
                continue;
            }
            int device = device(backend, found.type(), found.name(), found.text());
            QubesVm holder = vms.byName(found.holder());
            if (holder != null) {
                edges.add(new Edge(device, number(holder)));
            }
        }
        return new VmGraph(Grouping.DEVICE, statuses.isKnown(), nodes, edges);
    }

    private int device(QubesVm backend, String type, String untrustedName, String untrustedText) {
        String name = backend.name() + ":" + untrustedName;
        Integer known = others.get(type + " " + name);
        if (known != null) {
            return known;
        }
        int from = number(backend);
        Map<String, String> details = new LinkedHashMap<>();
        details.put("device", PropertyText.safe(name));
        details.put("kind", type);
        if (!untrustedText.isEmpty()) {
            details.put("description", PropertyText.safe(untrustedText));
        }
        int device = other(type + " " + name, Kind.DEVICE, type, details, cut(untrustedName));
        edges.add(new Edge(from, device));
        return device;
    }

    private int other(String name, Kind kind, String type, Map<String, String> details) {
        return other(name, kind, type, details, name);
    }

    private int other(String key, Kind kind, String type, Map<String, String> details, String shown) {
        Integer known = others.get(key);
        if (known != null) {
            return known;
        }
        nodes.add(new Node(kind, shown, type, null, null, details));
        others.put(key, nodes.size() - 1);
        return nodes.size() - 1;
    }

    private int number(QubesVm vm) {
        Integer known = numbers.get(vm.key());
        if (known != null) {
            return known;
        }
        VmView view = views.apply(vm);
        nodes.add(new Node(
                Kind.VM,
                cut(PropertyText.nameOf(vm)),
                vm.vmClass().typeName(),
                view.facts().label(),
                statuses.state(vms, vm),
                details(view)));
        numbers.put(vm.key(), nodes.size() - 1);
        return nodes.size() - 1;
    }

    private Map<String, String> details(VmView view) {
        Map<String, String> details = new LinkedHashMap<>();
        for (VmProperty property : VmProperties.all()) {
            String text = property.belongsTo(view.vm().vmClass()) ? PropertyText.of(property, view, local) : "";
            if (!text.isEmpty()) {
                details.put(property.id(), text);
            }
        }
        return details;
    }

    private static String cut(String untrusted) {
        String printable = SafeText.printable(untrusted);
        return printable.length() <= LONGEST_NAME ? printable : printable.substring(0, LONGEST_NAME - 3) + "...";
    }
}
