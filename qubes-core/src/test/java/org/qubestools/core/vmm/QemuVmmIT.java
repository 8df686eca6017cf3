package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.model.VmClass;

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

    private Vmm telling(List<String> hints, DriverSettings settings) {
        VmmReport report = new VmmReport() {
            @Override
            public void warn(String line) {
                assertThat(line).as("a warning").isNull();
            }

            @Override
            public void hint(String line) {
                hints.add(line);
            }
        };
        return LibvirtVmm.open(
                new LibvirtOptions(daemon.qemu(), Duration.ofSeconds(30), settings, new RealHostFiles(Path::of)),
                report);
    }

    @Test
    void thatDomainsAreEmulatedIsToldAtTheFirstStart() {
        List<String> hints = new ArrayList<>();
        try (Vmm vmm = telling(hints, DriverSettings.NONE)) {
            VmmContract.clear(vmm);
            DomainKey key = new DomainKey("contract-one", "aaaaaaaa-1111-4111-8111-111111111111");
            vmm.define(TestSpecs.alone(VmClass.APP, "contract-two", "bbbbbbbb-1111-4111-8111-111111111111"));
            assertThat(hints).isEmpty();
            started(vmm);
            int first = hints.size();
            vmm.destroy(key);
            vmm.createPaused(key);
            vmm.destroy(key);
            vmm.undefine(key);

            assertThat(hints).hasSize(first).hasSizeLessThan(2);
            if (!Files.exists(Path.of("/dev/kvm"))) {
                assertThat(hints.get(0)).contains("VMs are emulated", "/dev/kvm");
            }
        }
    }

    @Test
    void aStartThatCannotKeepItsConsoleSaysWhatToDo() {
        DriverSettings settings =
                new DriverSettings(null, null, null, folder.resolve("gone").toString());
        try (Vmm vmm = telling(new ArrayList<>(), settings)) {
            VmmContract.clear(vmm);
            assertThatThrownBy(() -> started(vmm))
                    .isInstanceOf(QubesException.class)
                    .hasMessage("QUBES_KVM_CONSOLE_LOGS is '" + folder + "/gone', which is no directory");
            VmmContract.clear(vmm);
        }
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
