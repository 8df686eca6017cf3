package org.qubestools.cli.tool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.devices.DeviceWatcher;
import org.qubestools.devices.UsbDevice;
import org.qubestools.devices.UsbListing;
import org.qubestools.qubesdb.QubesDbPath;

/** USB devices, for who watches them. */
record WatchedUsb(Runs runs, ToolContext ctx) implements DeviceWatching.Kind<UsbDevice> {
    @Override
    public List<QubesDbPath> paths() {
        return DeviceWatcher.USB;
    }

    @Override
    public Object hostState(RunningSystem system) {
        return UsbActions.devices(system, runs, ctx).hostState();
    }

    @Override
    public List<UsbDevice> list(RunningSystem system, List<String> complaints) {
        UsbListing listing = UsbActions.devices(system, runs, ctx).list();
        complaints.addAll(listing.complaints());
        return listing.devices();
    }

    @Override
    public String line(UsbDevice device) {
        return UsbActions.line(device);
    }

    @Override
    public Map<String, @Nullable Object> json(UsbDevice device) {
        return UsbActions.json(device);
    }

    @Override
    public String eventType() {
        return "usb-event";
    }
}
