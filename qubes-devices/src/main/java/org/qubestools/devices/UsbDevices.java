package org.qubestools.devices;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.QrexecCall;
import org.qubestools.core.runtime.QrexecClient;
import org.qubestools.core.runtime.QrexecCommand;

/**
 * USB devices of VMs, which reach other VMs through services of both, as R3.2 does it. Nothing is kept between two calls.
 */
public final class UsbDevices {
    /** The folder of qrexec's policies, as users know it. */
    public static final String POLICY = "/etc/qubes-rpc/policy";

    private static final int NO_SUCH_SERVICE = 127;

    private final DeviceHost host;
    private final QrexecClient qrexec;
    private final UsbPolicy policy;
    private final HostUsbDevices ofHost;

    /**
     * The devices of VMs, and those of the host where the driver can give these away.
     *
     * @param policyFolder {@link #POLICY}, as it really is
     */
    public UsbDevices(DeviceHost host, QrexecClient qrexec, Path policyFolder, SysfsUsb sysfs, WaitTime time) {
        this.ofHost = new HostUsbDevices(host, sysfs, time);
        this.host = host;
        this.qrexec = qrexec;
        this.policy = new UsbPolicy(policyFolder, FileLayer.system());
    }

    /** The devices of all running VMs. */
    public UsbListing list() {
        List<UsbDevice> devices = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        for (String vm : host.vms()) {
            list(vm, devices, complaints);
        }
        return new UsbListing(devices, complaints);
    }

    /** What is plugged into this host, whoever holds it: it changes when devices come and go. */
    public Object hostState() {
        return ofHost.plugged();
    }

    /** The devices of one VM; none if it does not run. */
    public UsbListing list(String vm) {
        List<UsbDevice> devices = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        list(vm, devices, complaints);
        return new UsbListing(devices, complaints);
    }

    private void list(String vm, List<UsbDevice> devices, List<String> complaints) {
        if (ofHost.serves(vm)) {
            devices.addAll(ofHost.list());
            return;
        }
        Listing<UsbDevice> listing;
        try {
            listing = new QubesDbUsbScanner(new HashSet<>(host.vms())).scan(host.published(vm));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while devices were listed", null, e);
        }
        devices.addAll(listing.devices());
        List<String> faults = new ArrayList<>();
        for (UsbDevice device : listing.devices()) {
            if (device.userUnknown()) {
                faults.add("USB device '" + device.key() + "' is said to be attached to a VM that does not exist");
            }
        }
        for (Refused refused : listing.refused()) {
            faults.add("USB device '" + refused.shownName() + "' of VM '" + SafeText.of(vm) + "' is not listed: "
                    + refused.reason().words());
        }
        Complaints.add(
                faults, " more USB devices of VM '" + SafeText.of(vm) + "' are not as they should be", complaints);
        if (listing.cut()) {
            complaints.add("VM '" + SafeText.of(vm) + "' offers more USB devices than are listed");
        }
    }

    /** The device at this port now; empty if there is none. */
    public Optional<UsbDevice> find(String backend, String port) {
        for (UsbDevice device : list(backend).devices()) {
            if (device.port().equals(port)) {
                return Optional.of(device);
            }
        }
        return Optional.empty();
    }

    /**
     * Attaches a device; {@code autoDetach} takes it from the VM that has it, else that is ALREADY_ATTACHED.
     *
     * @throws DeviceException also DOM0_TARGET, SELF_ATTACH, VM_NOT_RUNNING, and USB_PROXY_MISSING if the target lacks the
     *     package for it
     */
    public void attach(String target, UsbDevice device, boolean autoDetach) {
        if (target.equals(PublishingVm.DOM0)) {
            throw error(DeviceError.DOM0_TARGET, "no device can be attached to dom0", device, target);
        }
        if (target.equals(device.backend())) {
            throw error(
                    DeviceError.SELF_ATTACH,
                    "USB device '" + device.key() + "' belongs to that VM itself",
                    device,
                    target);
        }
        requireRunning(target);
        requireRunning(device.backend());
        if (!ofHost.serves(device.backend()) && host.traits().hostUsb()) {
            throw DeviceException.of(
                            DeviceError.UNSUPPORTED_BACKEND,
                            "USB device '" + device.key() + "' is in a VM, and this driver knows those of dom0 only")
                    .hint("attach a device of dom0")
                    .device(device.key())
                    .vm(device.backend())
                    .build();
        }
        UsbDevice now = find(device.backend(), device.port()).orElseThrow(() -> gone(device));
        if (now.connectedTo().isPresent()) {
            String user = now.connectedTo().get();
            if (!autoDetach) {
                throw error(
                        DeviceError.ALREADY_ATTACHED,
                        "USB device '" + device.key() + "' is attached to VM '" + SafeText.of(user) + "'",
                        device,
                        user);
            }
            release(user, now);
        }
        if (ofHost.serves(device.backend())) {
            ofHost.attach(target, device);
            return;
        }
        try (UsbPolicy.Permission permission = policy.allow(target, device.backend(), device.port())) {
            call(target, "qubes.USBAttach", device.backend() + " " + device.port() + "\n", device);
        }
    }

    /** Takes a device from the VM that has it; WRONG_STATE if that is not {@code target}. */
    public void detach(String target, UsbDevice device) {
        if (find(device.backend(), device.port()).isEmpty()) {
            throw gone(device);
        }
        if (!release(target, device)) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "USB device '" + device.key() + "' is not attached to VM '" + SafeText.of(target) + "'");
        }
    }

    /** Takes a device from a VM; false if that does not have it any more. */
    private boolean release(String target, UsbDevice device) {
        Optional<UsbDevice> now = find(device.backend(), device.port());
        if (now.isEmpty() || !now.get().connectedTo().equals(Optional.of(target))) {
            return false;
        }
        if (ofHost.serves(device.backend())) {
            ofHost.detach(target, device);
        } else {
            call(device.backend(), "qubes.USBDetach", device.port() + "\n", device);
        }
        return true;
    }

    /** Takes all USB devices from a VM; returns them. */
    public List<UsbDevice> detachAll(String target) {
        List<UsbDevice> detached = new ArrayList<>();
        for (UsbDevice device : list().devices()) {
            if (device.connectedTo().equals(Optional.of(target)) && release(target, device)) {
                detached.add(device);
            }
        }
        return detached;
    }

    private void requireRunning(String vm) {
        if (!host.isRunning(vm)) {
            throw DeviceFailures.notRunning(vm);
        }
    }

    private void call(String vm, String service, String input, UsbDevice device) {
        QrexecCommand command = new QrexecCommand(
                new VmName(vm), "root", QrexecCommand.service(service, PublishingVm.DOM0), null, false, false);
        try (QrexecCall call = qrexec.call(command)) {
            call.ignoreOutput();
            send(call, input);
            int status = call.awaitExit();
            if (status == NO_SUCH_SERVICE) {
                throw error(
                        DeviceError.USB_PROXY_MISSING,
                        "VM '" + SafeText.of(vm) + "' lacks the package qubes-usb-proxy",
                        device,
                        vm);
            }
            if (status != 0) {
                String words = call.errorText();
                throw new QubesException(
                        ErrorKind.FAILED,
                        "USB device '" + device.key() + "': " + service + " failed in VM '" + SafeText.of(vm) + "'"
                                + (words.isEmpty() ? " with exit status " + status : ": " + words));
            }
        }
    }

    /** A service that ended without reading tells more by its exit status. */
    private static void send(QrexecCall call, String input) {
        try (OutputStream out = call.input()) {
            out.write(input.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return;
        }
    }

    private static QubesException gone(UsbDevice device) {
        return new QubesException(ErrorKind.FAILED, "USB device '" + device.key() + "' is not there any more");
    }

    private static DeviceException error(DeviceError error, String message, UsbDevice device, String vm) {
        return DeviceException.of(error, message).device(device.key()).vm(vm).build();
    }
}
