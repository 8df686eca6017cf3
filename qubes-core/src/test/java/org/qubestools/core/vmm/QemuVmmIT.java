package org.qubestools.core.vmm;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.qubestools.core.libvirt.PrivateLibvirtd;

/** QEMU without KVM, in a session of its own. */
final class QemuVmmIT extends VmmContract {
    private static PrivateLibvirtd daemon;

    @BeforeAll
    static void start() {
        daemon = PrivateLibvirtd.startOrSkip();
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    @Override
    Vmm open() {
        return DaemonVmm.open(daemon.qemu());
    }

    @Override
    String startable(String name, String uuid) {
        return "<domain type='qemu'><name>" + name + "</name><uuid>" + uuid
                + "</uuid><memory>16384</memory><os><type arch='x86_64' machine='pc'>hvm</type></os></domain>";
    }
}
