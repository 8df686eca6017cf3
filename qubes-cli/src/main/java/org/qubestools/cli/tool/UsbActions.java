package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.devices.RunningDevices;
import org.qubestools.devices.SysfsUsb;
import org.qubestools.devices.UsbDevice;
import org.qubestools.devices.UsbDevices;
import org.qubestools.devices.UsbListing;

/** What {@code qvm-usb} and {@code qvm-device usb} do. */
final class UsbActions {
    private final Runs runs;
    private final ToolContext ctx;
    private final UsbDevices devices;

    UsbActions(Runs runs, ToolContext ctx) {
        this.runs = runs;
        this.ctx = ctx;
        this.devices = devices(runs.system(), runs, ctx);
    }

    static UsbDevices devices(RunningSystem system, Runs runs, ToolContext ctx) {
        return new UsbDevices(
                new RunningDevices(system),
                system.commands(ctx.host().qrexec()),
                runs.session().config().real(UsbDevices.POLICY),
                new SysfsUsb(runs.session().config().real(SysfsUsb.FOLDER)),
                ctx.host().waitTime());
    }

    /** The list, and then what comes, goes and changes. */
    int watch() {
        return new DeviceWatching<>(runs, ctx, new WatchedUsb(runs, ctx)).run();
    }

    int list(Optional<String> vm) {
        UsbListing listing = vm.isPresent() ? devices.list(vm.get()) : devices.list();
        for (String complaint : listing.complaints()) {
            ctx.warn(complaint);
        }
        if (ctx.isJson()) {
            printJson(listing);
            return ExitCode.OK;
        }
        StringBuilder lines = new StringBuilder();
        for (UsbDevice device : listing.devices()) {
            lines.append(line(device)).append('\n');
        }
        ctx.out().print(lines);
        return ExitCode.OK;
    }

    /** One device of the list, as it is printed. */
    static String line(UsbDevice device) {
        String user = device.connectedTo()
                .map(vm -> " (attached to " + SafeText.of(vm) + ")")
                .orElse("");
        return device.key() + "\t" + device.description() + user;
    }

    /** One device of the list. */
    static Map<String, @Nullable Object> json(UsbDevice device) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("vm", device.backend());
        fields.put("device", device.port());
        fields.put("description", device.description());
        fields.put("attached_to", device.connectedTo().orElse(null));
        return fields;
    }

    private void printJson(UsbListing listing) {
        List<Map<String, @Nullable Object>> list = new ArrayList<>();
        for (UsbDevice device : listing.devices()) {
            list.add(json(device));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "usb-devices");
        result.put("devices", list);
        ctx.json(result);
    }

    int attach(String untrustedVm, String untrustedDevice, boolean autoDetach) {
        String vm = vm(untrustedVm);
        UsbDevice device = device(untrustedDevice);
        devices.attach(vm, device, autoDetach);
        report("attached", vm, List.of(device));
        return ExitCode.OK;
    }

    /** All USB devices of a VM. */
    int detachOf(String untrustedVm) {
        String vm = vm(untrustedVm);
        report("detached", vm, devices.detachAll(vm));
        return ExitCode.OK;
    }

    /** A device, wherever it is, or only if {@code from} has it. */
    int detachDevice(String untrustedDevice, Optional<String> from) {
        UsbDevice device = device(untrustedDevice);
        Optional<String> user = device.connectedTo();
        if (user.isEmpty() || (from.isPresent() && !user.equals(from))) {
            ctx.warn("USB device '" + device.key() + "' is not attached to "
                    + from.map(vm -> "VM '" + vm + "'").orElse("any VM"));
            report("detached", "", List.of());
            return ExitCode.OK;
        }
        devices.detach(user.get(), device);
        report("detached", user.get(), List.of(device));
        return ExitCode.OK;
    }

    private void report(String action, String vm, List<UsbDevice> done) {
        if (!ctx.isJson()) {
            return;
        }
        List<String> keys = new ArrayList<>();
        for (UsbDevice device : done) {
            keys.add(device.key());
        }
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("type", "usb");
        result.put("action", action);
        result.put("vm", vm.isEmpty() ? null : vm);
        result.put("devices", keys);
        ctx.json(result);
    }

    private UsbDevice device(String untrusted) {
        int colon = untrusted.indexOf(':');
        if (colon < 0) {
            throw Usage.error("'" + SafeText.of(untrusted) + "' does not say which VM has it; write VM:DEVICE");
        }
        String backend = vm(untrusted.substring(0, colon));
        return devices.find(backend, untrusted.substring(colon + 1))
                .orElseThrow(() -> Usage.error("there is no USB device '" + SafeText.of(untrusted) + "'"));
    }

    String vm(String untrustedName) {
        return DeviceActions.vm(runs.store().vms(), untrustedName).name();
    }
}
