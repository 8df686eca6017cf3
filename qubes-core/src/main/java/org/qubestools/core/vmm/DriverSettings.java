package org.qubestools.core.vmm;

import org.jspecify.annotations.Nullable;

/**
 * What the administrator says of the driver; each is null where nothing was said.
 *
 * @param profile which profile to use whatever the connection is: {@code xen}, {@code kvm}, {@code qemu}, {@code test}
 * @param network libvirt's network that VMs on QEMU are plugged into
 * @param bridge the host's bridge that they are plugged into instead
 * @param consoleLogs directory for what guests on QEMU write to their consoles, one file each
 */
public record DriverSettings(
        @Nullable String profile,
        @Nullable String network,
        @Nullable String bridge,
        @Nullable String consoleLogs) {
    public static final DriverSettings NONE = new DriverSettings(null, null, null, null);
}
