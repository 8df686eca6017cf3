package org.qubestools.cli.tool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;
import org.qubestools.devices.BlockDevice;
import org.qubestools.devices.BlockDeviceRef;
import org.qubestools.devices.DeviceArgument;
import org.qubestools.devices.DeviceIds;
import org.qubestools.devices.HostRoots;
import org.qubestools.devices.PublishingVm;

/** Operands and lines of {@code qvm-block}, by kernel names or, with {@code --by-id}, by ids of devices of dom0. */
final class BlockIds {
    private final boolean wanted;
    private final HostRoots roots;
    private final ToolContext ctx;
    private @Nullable Map<String, List<String>> all;

    /** {@code wanted}: whether {@code --by-id} is given. */
    BlockIds(boolean wanted, HostRoots roots, ToolContext ctx) {
        this.wanted = wanted;
        this.roots = roots;
        this.ctx = ctx;
    }

    boolean wanted() {
        return wanted;
    }

    /** The device that an operand means. */
    BlockDeviceRef ref(String untrusted) {
        if (!wanted) {
            return DeviceActions.operand(() -> DeviceArgument.device(untrusted));
        }
        DeviceArgument.IdInVm named = DeviceActions.operand(() -> DeviceArgument.id(untrusted));
        if (!named.vm().equals(PublishingVm.DOM0)) {
            throw Usage.error("ids are known of devices of dom0 only: VMs do not publish theirs");
        }
        warn();
        String kernelName = DeviceIds.of(roots)
                .find(named.id())
                .orElseThrow(() -> Usage.error("no block device has the id '" + SafeText.of(named.id()) + "'"));
        return new BlockDeviceRef(PublishingVm.DOM0, kernelName);
    }

    /** The ids of a device; none unless they are wanted. */
    List<String> of(BlockDevice device) {
        if (!wanted || !device.backend().equals(PublishingVm.DOM0)) {
            return List.of();
        }
        Map<String, List<String>> known = all;
        if (known == null) {
            warn();
            known = DeviceIds.of(roots).all();
            all = known;
        }
        return known.getOrDefault(device.name(), List.of());
    }

    private void warn() {
        ctx.warn("an id is what a device says of itself: whoever makes a device, also a VM its own, can forge it");
    }
}
