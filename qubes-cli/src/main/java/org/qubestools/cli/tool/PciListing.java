package org.qubestools.cli.tool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.devices.HostPci;
import org.qubestools.devices.PciIds;

/** Prints the PCI devices of the host. */
final class PciListing {
    private final ToolContext ctx;
    private final VmCollection vms;

    PciListing(ToolContext ctx, VmCollection vms) {
        this.ctx = ctx;
        this.vms = vms;
    }

    void print(RealPaths paths) {
        List<HostPci> devices = HostPci.all(paths.real(PciActions.BUS));
        Set<Integer> vendors = new HashSet<>();
        devices.forEach(device -> vendors.add(device.vendor()));
        List<Path> places = new ArrayList<>();
        PciIds.PLACES.forEach(place -> places.add(paths.real(place)));
        PciIds ids = PciIds.read(places, vendors);
        if (ctx.isJson()) {
            printJson(devices, ids);
            return;
        }
        for (HostPci device : devices) {
            List<String> users = users(device.address());
            ctx.println("dom0:" + device.address() + "\t" + ids.ofClass(device.classCode()) + ": "
                    + ids.ofDevice(device.vendor(), device.device())
                    + (users.isEmpty() ? "" : " (of '" + String.join("', '", users) + "')"));
        }
    }

    private void printJson(List<HostPci> devices, PciIds ids) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (HostPci device : devices) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("device", device.address().value());
            fields.put("class", String.format(Locale.ROOT, "%06x", device.classCode()));
            fields.put("class_name", ids.ofClass(device.classCode()));
            fields.put("id", String.format(Locale.ROOT, "%04x:%04x", device.vendor(), device.device()));
            fields.put("name", ids.ofDevice(device.vendor(), device.device()));
            fields.put("vms", users(device.address()));
            list.add(fields);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "host-pci-devices");
        result.put("devices", list);
        ctx.json(result);
    }

    /** VMs that have it in their lists. */
    private List<String> users(PciAddress device) {
        List<String> names = new ArrayList<>();
        for (QubesVm vm : vms.byQidOrder()) {
            if (vm.getOr(Attributes.PCIDEVS, List.of()).contains(device)) {
                names.add(vm.name());
            }
        }
        return names;
    }
}
