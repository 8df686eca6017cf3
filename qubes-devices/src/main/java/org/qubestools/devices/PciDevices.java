package org.qubestools.devices;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.QrexecClient;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.HostDevice;

/** PCI devices: those of the host by their class, and those that running VMs get and lose. */
public final class PciDevices {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);

    private final RunningSystem system;
    private final WaitTime time;
    private final QrexecClient qrexec;

    /**
     * The devices of VMs; {@code system} stays the caller's.
     *
     * @param qrexec the way to services of VMs
     */
    public PciDevices(RunningSystem system, WaitTime time, QrexecClient qrexec) {
        this.system = system;
        this.time = time;
        this.qrexec = qrexec;
    }

    /**
     * The addresses of all devices of a class in domain 0, sorted.
     *
     * @param bus {@code /sys/bus/pci/devices}, or a tree in its place
     * @param prefix of the text in {@code class}, such as {@code 0x02} for network or {@code 0x0c03} for USB controllers
     */
    public static List<PciAddress> ofClass(Path bus, String prefix) {
        List<PciAddress> found = new ArrayList<>();
        for (HostPci device : HostPci.all(bus)) {
            if (String.format(Locale.ROOT, "0x%06x", device.classCode()).startsWith(prefix)) {
                found.add(device.address());
            }
        }
        return found;
    }

    /** Refuses what another VM has now, whatever its list in the store says: PCI_IN_USE. */
    public void requireFree(QubesVm target, List<PciAddress> wanted) {
        for (QubesVm vm : system.vms().byQidOrder()) {
            boolean other = vm.key() != target.key() && vm.qid() != 0;
            List<HostDevice> held = other && !wanted.isEmpty() ? devices(vm).orElse(List.of()) : List.of();
            for (PciAddress device : wanted) {
                if (has(held, device)) {
                    throw DeviceException.of(
                                    DeviceError.PCI_IN_USE,
                                    "PCI device " + device + " is in use by running VM '" + SafeText.of(vm.name())
                                            + "'")
                            .hint("take it from that VM, or shut that down, first")
                            .vm(vm.name())
                            .device(device.value())
                            .build();
                }
            }
        }
    }

    /** Gives a running VM a device now; false if it does not run. LIBVIRT with the driver's reason if that fails. */
    public boolean attachNow(QubesVm vm, PciAddress device) {
        Optional<List<HostDevice>> there = devices(vm);
        if (there.isEmpty()) {
            return false;
        }
        if (!has(there.get(), device)) {
            HostDevice.Pci wanted = new HostDevice.Pci(device, vm.is(Attributes.PCI_STRICTRESET));
            system.vmm().devices().attachHostDevice(DomainKey.of(system.now(vm)), wanted);
        }
        return true;
    }

    /** Takes a device from a running VM and waits until it is gone; false if the VM does not run or has it not. */
    public boolean detachNow(QubesVm vm, PciAddress device) {
        if (!has(devices(vm).orElse(List.of()), device)) {
            return false;
        }
        askGuest(vm, device);
        system.vmm()
                .devices()
                .requestDetach(
                        DomainKey.of(system.now(vm)), new HostDevice.Pci(device, vm.is(Attributes.PCI_STRICTRESET)));
        long end = time.millis() + LIMIT.toMillis();
        while (has(devices(vm).orElse(List.of()), device)) {
            if (time.millis() > end) {
                throw DeviceException.of(
                                DeviceError.DETACH_TIMEOUT,
                                "VM '" + SafeText.of(vm.name()) + "' has not let PCI device " + device + " go within "
                                        + LIMIT.toSeconds() + " seconds")
                        .vm(vm.name())
                        .device(device.value())
                        .build();
            }
            pause();
        }
        return true;
    }

    /** On Xen the guest's driver is asked first, as in R3.2; that it cannot is told, and nothing more. */
    private void askGuest(QubesVm vm, PciAddress device) {
        if (!system.vmm().traits().xenstore()) {
            return;
        }
        try {
            Optional<String> slot = system.domain(vm)
                    .flatMap(domain -> GuestPci.slot(system.host().xenStore(), domain.id(), device));
            if (slot.isPresent()) {
                GuestPci.release(qrexec, vm.name(), slot.get());
            }
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.CANCELLED) {
                throw e;
            }
            system.warn("PCI device " + device + ": " + e.getMessage() + "; it is taken all the same");
        }
    }

    private Optional<List<HostDevice>> devices(QubesVm vm) {
        return system.vmm().devices().hostDevices(DomainKey.of(system.now(vm)));
    }

    private static boolean has(List<HostDevice> devices, PciAddress wanted) {
        for (HostDevice device : devices) {
            if (device instanceof HostDevice.Pci pci && pci.address().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private void pause() {
        try {
            time.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while a PCI device was detached", null, e);
        }
    }
}
