package org.qubestools.devices;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.HostDevice;

/** PCI devices: those of the host by their class, and those that running VMs get and lose. */
public final class PciDevices {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);

    /** Text of the file {@code class}: base class, subclass, interface. */
    private static final int CLASS_LENGTH = "0x020000".length();

    private final RunningSystem system;
    private final WaitTime time;

    /** {@code system} stays the caller's. */
    public PciDevices(RunningSystem system, WaitTime time) {
        this.system = system;
        this.time = time;
    }

    /**
     * The addresses of all devices of a class in domain 0, sorted.
     *
     * @param bus {@code /sys/bus/pci/devices}, or a tree in its place
     * @param prefix of the text in {@code class}, such as {@code 0x02} for network or {@code 0x0c03} for USB controllers
     */
    public static List<PciAddress> ofClass(Path bus, String prefix) {
        List<PciAddress> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(bus)) {
            for (Path entry : entries) {
                if (classOf(entry).startsWith(prefix)) {
                    PciName.parse(String.valueOf(entry.getFileName())).stored().ifPresent(found::add);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot look at the PCI devices of this host", "see whether /sys is mounted", e);
        }
        Collections.sort(found, (one, other) -> one.value().compareTo(other.value()));
        return found;
    }

    private static String classOf(Path device) throws IOException {
        try {
            byte[] text = Files.readAllBytes(device.resolve("class"));
            return new String(text, 0, Math.min(text.length, CLASS_LENGTH), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return ""; // it went away
        }
    }

    /** Refuses what another running VM has: PCI_IN_USE. */
    public void requireFree(QubesVm target, List<PciAddress> devices) {
        for (QubesVm vm : system.vms().byQidOrder()) {
            if (vm.key() == target.key() || vm.qid() == 0) {
                continue;
            }
            for (PciAddress device : devices) {
                if (vm.getOr(Attributes.PCIDEVS, List.of()).contains(device) && system.isRunning(vm)) {
                    throw DeviceException.of(
                                    DeviceError.PCI_IN_USE,
                                    "PCI device " + device + " is in use by running VM '" + SafeText.of(vm.name())
                                            + "'")
                            .hint("shut that VM down first")
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
