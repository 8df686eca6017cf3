package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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
                + "</uuid><memory>16384</memory><os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features></domain>";
    }

    @Test
    void aDomainWhoseQemuIsKilledIsHaltedAndStartsAgain() throws InterruptedException {
        BlockingQueue<DomainEvent> events = new LinkedBlockingQueue<>();
        try (Vmm vmm = open();
                Subscription subscription = vmm.subscribe(events::add)) {
            int id = started(vmm);
            DomainSnapshot runs = vmm.domains().stream()
                    .filter(DomainSnapshot::active)
                    .findFirst()
                    .orElseThrow();
            DomainKey key = new DomainKey(runs.name(), runs.uuid());

            assertThat(daemon.killGuests()).isPositive();

            DomainEvent event = events.poll(20, TimeUnit.SECONDS);
            while (event != null && event.kind() != DomainEvent.Kind.STOPPED) {
                event = events.poll(20, TimeUnit.SECONDS);
            }
            assertThat(event).isNotNull();
            assertThat(vmm.find(key).orElseThrow().active()).isFalse();
            assertThat(vmm.destroy(key)).isFalse();
            assertThat(vmm.createPaused(key)).isGreaterThan(id);
            vmm.destroy(key);
        }
    }
}
