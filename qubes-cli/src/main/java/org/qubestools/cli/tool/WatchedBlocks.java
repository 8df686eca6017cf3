package org.qubestools.cli.tool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.devices.BlockDevices;
import org.qubestools.devices.BlockListing;
import org.qubestools.devices.DeviceWatcher;
import org.qubestools.devices.HostRoots;
import org.qubestools.devices.RunningDevices;
import org.qubestools.qubesdb.QubesDbPath;

/** Block devices, for who watches them. */
record WatchedBlocks(ToolContext ctx, boolean systemDisks) implements DeviceWatching.Kind<BlockListing.Listed> {
    @Override
    public List<QubesDbPath> paths() {
        return DeviceWatcher.BLOCK;
    }

    @Override
    public Object hostState(RunningSystem system) {
        return devices(system).hostState();
    }

    @Override
    public List<BlockListing.Listed> list(RunningSystem system, List<String> complaints) {
        BlockListing listing = devices(system).list(systemDisks);
        complaints.addAll(listing.complaints());
        return listing.devices();
    }

    private BlockDevices devices(RunningSystem system) {
        return BlockDevices.of(
                new RunningDevices(system),
                HostRoots.below(ctx.host().kernelTree()),
                ctx.host().waitTime());
    }

    @Override
    public String line(BlockListing.Listed device) {
        return BlockActions.line(device);
    }

    @Override
    public Map<String, @Nullable Object> json(BlockListing.Listed device) {
        return BlockActions.json(device);
    }

    @Override
    public String eventType() {
        return "block-event";
    }
}
