package org.qubestools.core.vmm;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.qubestools.core.libvirt.PrivateLibvirtd;

/** Libvirt's test driver, in a daemon. */
final class TestDaemonVmmTest extends VmmContract {
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
        return DaemonVmm.open(daemon.test());
    }
}
