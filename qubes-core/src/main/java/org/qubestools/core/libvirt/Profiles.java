package org.qubestools.core.libvirt;

import org.qubestools.core.vmm.VmmTraits;

/** Which profile belongs to which driver. */
final class Profiles {
    private Profiles() {}

    static DriverProfile of(String driver) {
        return switch (driver) {
            case "Xen" -> new BareProfile(VmmTraits.XEN, "xen");
            case "TEST" -> new BareProfile(VmmTraits.TEST, "test");
            default -> new BareProfile(VmmTraits.QEMU, "qemu");
        };
    }
}
