package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.vmm.DriverRefusal;

/** {@code qvm-pci}, in VMs that run and that do not. */
final class PciToolTest extends LiveTest {
    @BeforeEach
    void makeDevices() {
        device("00:1a.0", "0x020000");
        device("04:00.0", "0x028000");
        device("00:1d.0", "0x0c0320");
        device("00:1f.2", "0x010601");
    }

    private void device(String address, String number) {
        tree.write("/sys/bus/pci/devices/0000:" + address + "/class", number + "\n");
    }

    private String devices(String vm) {
        return run("qvm-pci " + vm).out();
    }

    @Test
    void devicesAreAddedAndRemoved() {
        assertDone("qvm-pci -a work 00:1a.0");
        assertDone("qvm-pci -a work 0000:00:1D.0");
        assertDone("qvm-pci -a work 00_1a.0");
        assertThat(devices("work")).isEqualTo("['00:1a.0', '00:1d.0']\n");

        assertDone("qvm-pci -d work 00:1a.0");
        assertDone("qvm-pci -d work 00:1a.0");
        assertThat(run("qvm-device pci list work").out()).isEqualTo("['00:1d.0']\n");
        assertThat(steps).isEmpty();
    }

    @Test
    void allOfAClassAreAdded() {
        assertDone("qvm-pci -C work net");
        assertThat(devices("work")).isEqualTo("['00:1a.0', '04:00.0']\n");
        assertDone("qvm-pci --offline-mode -C vault usb");
        assertThat(devices("vault")).isEqualTo("['00:1d.0']\n");
    }

    @Test
    void whatIsNoDeviceIsRefused() {
        assertRefused("qvm-pci -a work 00:1a", 1, "'00:1a' is no PCI address");
        assertRefused("qvm-pci -a work 00:1a.0x", 1, "is no PCI address");
        assertRefused("qvm-pci -a work 0001:00:1a.0", 1, "is not in PCI domain 0000");
        assertRefused("qvm-pci -a work 00:02.0", 1, "invalid device: this host has no PCI device 00:02.0");
        assertRefused("qvm-pci -a dom0 00:1a.0", 1, "can have no PCI devices");
        assertRefused("qvm-pci -C work gpu", 1, "'gpu' is no class of PCI devices");
        assertRefused("qvm-pci -a work", 1, "the address of a device is missing");
        assertRefused("qvm-pci -a -d work 00:1a.0", 1, "only one of -l, -a, -d, -C");
        assertRefused("qvm-pci -l work 00:1a.0", 2, "a list takes one VM");
        assertRefused("qvm-pci nobody", 1, "no VM has the name 'nobody'");
    }

    @Test
    void aDeviceOfAnotherVmIsAWarning() {
        assertDone("qvm-pci -a vault 00:1a.0");

        Outcome second = run("qvm-pci -a work 00:1a.0");

        assertThat(second.code()).isZero();
        assertThat(second.err()).contains("belongs to VM 'vault' too").hasLineCount(1);
    }

    @Test
    void whatARunningVmHasIsRefusedWhateverIsStored() {
        runs("vault", 4);
        assertDone("qvm-pci -a vault 00:1a.0");
        assertDone("qvm-pci --offline-mode -d vault 00:1a.0");

        assertRefused("qvm-pci -a personal 00:1a.0", 1, "PCI device 00:1a.0 is in use by running VM 'vault'");
        assertThat(devices("personal")).isEqualTo("[]\n");

        assertDone("qvm-pci --offline-mode -a vault 00:1d.0");
        assertThat(run("qvm-pci -a personal 00:1d.0").err())
                .contains("belongs to VM 'vault' too")
                .hasLineCount(1);
    }

    @Test
    void aRunningVmGetsAndLosesItAtOnce() {
        runs("work", 3);

        assertDone("qvm-pci -a work 00:1a.0");
        assertDone("qvm-device pci detach work dom0:00:1a.0");

        assertThat(steps)
                .containsExactly("libvirt attach work PCI device 00:1a.0", "libvirt detach work PCI device 00:1a.0");
        assertThat(devices("work")).isEqualTo("[]\n");
    }

    @Test
    void whatARunningVmCannotTakeComesAtItsNextStart() {
        runs("work", 3);
        vmm.failingAt("attach work PCI device 00:1a.0", new DriverRefusal(1, "no pciback", null, null));

        Outcome outcome = run("qvm-pci -a work 00:1a.0");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err())
                .contains("no pciback; it takes effect when VM 'work' starts again")
                .hasLineCount(1);
        assertThat(devices("work")).isEqualTo("['00:1a.0']\n");
    }

    @Test
    void whatIsStoredAlreadyIsNothingToDo() {
        runs("work", 3);
        runs("vault", 4);
        assertDone("qvm-pci -a vault 00:1a.0");
        assertThat(run("qvm-pci --offline-mode -a work 00:1a.0").code()).isZero();
        steps.clear();

        assertDone("qvm-pci -a work 00:1a.0");
        assertDone("qvm-pci -d work 00:1d.0");

        assertThat(devices("work")).isEqualTo("['00:1a.0']\n");
        assertThat(steps).isEmpty();
    }

    @Test
    void offlineOnlyTheListChanges() {
        runs("work", 3);

        assertDone("qvm-pci --offline-mode -a work 00:1a.0");

        assertThat(devices("work")).isEqualTo("['00:1a.0']\n");
        assertThat(steps).isEmpty();
    }

    @Test
    void aDryRunChangesNothing() {
        runs("work", 3);

        assertThat(run("qvm-pci --dry-run -a work 00:1a.0").out()).contains("pcidevs");
        assertThat(devices("work")).isEqualTo("[]\n");
        assertThat(steps).isEmpty();
    }

    @Test
    void theWordsOfR4DoTheSame() {
        assertThat(run("qvm-pci list work").out()).isEqualTo(run("qvm-pci work").out());
        assertDone("qvm-pci attach work dom0:00:1a.0");
        assertThat(run("qvm-pci l work").out()).contains("00:1a.0");
        assertDone("qvm-pci d work 00:1a.0");
        assertThat(run("qvm-pci work").out()).doesNotContain("00:1a.0");
        // One operand is a VM, whatever its name.
        assertFails("qvm-pci list", 1, "'list'");
        assertFails("qvm-pci detach work", 2, "VM and BACKEND:DEVICE expected");
        assertFails("qvm-pci -l work 00:1a.0", 2, "a list takes one VM");
    }

    @Test
    void theResetOfR4IsAPropertyOfTheVm() {
        assertDone("qvm-pci attach work dom0:00:1a.0 -o no-strict-reset=False");
        assertThat(run("qvm-prefs work pci_strictreset").out()).isEqualTo("True\n");

        assertDone("qvm-pci attach work dom0:00:1d.0 --option no-strict-reset=True");

        assertThat(run("qvm-prefs work pci_strictreset").out()).isEqualTo("False\n");
        assertThat(devices("work")).isEqualTo("['00:1a.0', '00:1d.0']\n");
        assertThat(run("qvm-pci --dry-run -o no-strict-reset=True -C vault net").out())
                .contains("pci_strictreset: True -> False");
        assertFails("qvm-pci attach work 04:00.0 -o permissive=True", 2, "means nothing here");
        assertFails("qvm-pci -d work 00:1a.0 -o no-strict-reset=True", 2, "means nothing here");
        assertFails("qvm-pci attach work 04:00.0 -o no-strict-reset=maybe", 2, "means nothing here");
        assertFails("qvm-device usb attach work sys-net:1-1 -o no-strict-reset=True", 2, "means nothing here");
        assertThat(devices("work")).isEqualTo("['00:1a.0', '00:1d.0']\n");
    }

    private void inGuest(String key, String value) {
        services.withXenStore("/local/domain/0/backend/pci/3/0/" + key, value);
    }

    @Test
    void onXenTheGuestIsAskedToLetADeviceGo() {
        List<String> asked = new ArrayList<>();
        host.vms().withCommand("work", "QUBESRPC qubes.DetachPciDevice dom0", (input, output, errors) -> {
            asked.add(new String(input.readAllBytes(), StandardCharsets.UTF_8) + " before " + steps.size());
            return 0;
        });
        runs("work", 3);
        assertDone("qvm-pci -a work 00:1a.0");
        assertDone("qvm-pci -a work 00:1d.0");
        inGuest("num_devs", "2");
        inGuest("dev-0", "0000:00:1d.0");
        inGuest("vdev-0", "0000:00:01.00");
        inGuest("dev-1", "0000:00:1a.0");
        inGuest("vdevfn-1", "28");

        assertDone("qvm-pci -d work 00:1a.0");
        assertDone("qvm-pci -d work 00:1d.0");

        assertThat(asked).containsExactly("00:05.0 before 2", "00:01.0 before 3");
        assertThat(steps).endsWith("libvirt detach work PCI device 00:1a.0", "libvirt detach work PCI device 00:1d.0");
    }

    @Test
    void aGuestThatCannotLetGoIsAWarning() {
        runs("work", 3);
        assertDone("qvm-pci -a work 00:1a.0");
        inGuest("num_devs", "1");
        inGuest("dev-0", "0000:00:1a.0");
        inGuest("vdev-0", "0000:00:1f.07");

        Outcome outcome = run("qvm-pci -d work 00:1a.0");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err())
                .contains("qubes.DetachPciDevice failed in VM 'work' with exit status 127; it is taken all the same")
                .hasLineCount(1);
        assertThat(steps).contains("libvirt detach work PCI device 00:1a.0");
    }

    @Test
    void rootIsFreeToDoItInTheWordsOfR4Too() {
        host.asRoot();

        assertThat(run("qvm-device pci list work")).isEqualTo(run("qvm-pci work"));
        assertThat(run("qvm-device usb list").err()).contains("refused to run as root");
    }

    @Test
    void devicesOfTheHostAreListedByName() {
        tree.write("/sys/bus/pci/devices/0000:00:1a.0/vendor", "0x8086\n");
        tree.write("/sys/bus/pci/devices/0000:00:1a.0/device", "0x1502\n");
        tree.write("/usr/share/misc/pci.ids", "8086  Intel\n\t1502  82579LM\nC 02  Net\n\t00  Ethernet\n");
        assertDone("qvm-pci --offline-mode -a vault 00:1a.0");

        assertThat(run("qvm-device pci list").out()).startsWith("""
                        dom0:00:1a.0\tEthernet: Intel 82579LM (of 'vault')
                        dom0:00:1d.0\tClass 0c03: Vendor 0000 Device 0000
                        """).hasLineCount(4);
        assertThat(run("qvm-device pci list --json").out())
                .contains("\"type\": \"host-pci-devices\"", "\"class\": \"020000\"", "\"id\": \"8086:1502\"");
    }
}
