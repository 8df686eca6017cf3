package org.qubestools.devices;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.vmm.HostDevice;

/** USB devices of the host itself, which a driver gives to a VM and takes back; no service of a VM has part in it. */
final class HostUsbDevices {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);

    private final DeviceHost host;
    private final SysfsUsb sysfs;
    private final WaitTime time;

    HostUsbDevices(DeviceHost host, SysfsUsb sysfs, WaitTime time) {
        this.host = host;
        this.sysfs = sysfs;
        this.time = time;
    }

    /** Whether the devices of this backend are those of the host, which the driver gives away. */
    boolean serves(String backend) {
        return backend.equals(PublishingVm.DOM0) && host.traits().hostUsb();
    }

    /** Whether or not the driver gives it away. */
    List<SysfsUsb.HostUsb> plugged() {
        return sysfs.all();
    }

    List<UsbDevice> list() {
        List<SysfsUsb.HostUsb> found = sysfs.all();
        Map<HostDevice, String> users = found.isEmpty() ? Map.of() : users();
        List<UsbDevice> devices = new ArrayList<>();
        for (SysfsUsb.HostUsb device : found) {
            devices.add(new UsbDevice(
                    PublishingVm.DOM0, device.port(), device.description(), users.get(device.place()), false));
        }
        return devices;
    }

    /** Which running VM has which device. */
    private Map<HostDevice, String> users() {
        Map<HostDevice, String> users = new LinkedHashMap<>();
        for (String vm : host.running()) {
            if (!vm.equals(PublishingVm.DOM0)) {
                for (HostDevice device : host.hostDevices(vm).orElse(List.of())) {
                    users.putIfAbsent(device, vm);
                }
            }
        }
        return users;
    }

    void attach(String target, UsbDevice device) {
        try {
            host.attach(target, place(device));
        } catch (QubesException e) {
            throw DeviceFailures.of(e, target, host);
        }
    }

    /** Returns when the VM has it no more. */
    void detach(String vm, UsbDevice device) {
        HostDevice.Usb place = place(device);
        if (host.traits().detachNeedsGuest() && host.isPaused(vm)) {
            throw timeout(vm, device, "the VM is paused, so it cannot let it go");
        }
        try {
            host.requestDetach(vm, place);
        } catch (QubesException e) {
            throw DeviceFailures.of(e, vm, host);
        }
        long end = time.millis() + LIMIT.toMillis();
        while (host.hostDevices(vm).orElse(List.of()).contains(place)) {
            if (time.millis() > end) {
                throw timeout(vm, device, "the VM has not let it go within " + LIMIT.toSeconds() + " seconds");
            }
            pause();
        }
    }

    private HostDevice.Usb place(UsbDevice device) {
        return sysfs.find(device.port())
                .orElseThrow(() ->
                        new QubesException(ErrorKind.FAILED, "USB device '" + device.key() + "' is not there any more"))
                .place();
    }

    private static DeviceException timeout(String vm, UsbDevice device, String why) {
        return DeviceException.of(
                        DeviceError.DETACH_TIMEOUT,
                        "USB device '" + device.key() + "' of VM '" + SafeText.of(vm) + "': " + why)
                .vm(vm)
                .device(device.key())
                .build();
    }

    private void pause() {
        try {
            time.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while a USB device was detached", null, e);
        }
    }
}
