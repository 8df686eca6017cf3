package org.qubestools.core.libvirt;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.LiveDevices;
import org.qubestools.core.vmm.LiveDisk;

/** Devices of running domains, in the words of the profile. */
final class LibvirtDevices implements LiveDevices {
    private final Devices devices;
    private final Supplier<DriverProfile> profile;

    LibvirtDevices(Devices devices, Supplier<DriverProfile> profile) {
        this.devices = devices;
        this.profile = profile;
    }

    @Override
    public Optional<List<LiveDisk>> disks(DomainKey domain) {
        return devices.look("look at the disks of " + Words.domain(domain.name()), domain)
                .map(LiveXml::disks);
    }

    @Override
    public void attachDisk(DomainKey domain, DiskRequest disk) {
        devices.attach(
                "attach " + SafeText.of(disk.source()) + " to " + Words.domain(domain.name()),
                domain,
                profile.get().diskXml(domain.name(), disk));
    }

    @Override
    public void requestDetach(DomainKey domain, String target) {
        devices.request(
                "detach disk " + SafeText.of(target) + " of " + Words.domain(domain.name()),
                domain,
                live -> live.diskWithTarget(target));
    }

    @Override
    public void resizeDisk(DomainKey domain, String target, long bytes) {
        devices.resize(
                "lengthen disk " + SafeText.of(target) + " of " + Words.domain(domain.name()), domain, target, bytes);
    }

    @Override
    public Optional<List<HostDevice>> hostDevices(DomainKey domain) {
        return devices.look("look at the devices of " + Words.domain(domain.name()), domain)
                .map(LiveXml::hostDevices);
    }

    @Override
    public void attachHostDevice(DomainKey domain, HostDevice device) {
        devices.attach(
                "attach " + device.words() + " to " + Words.domain(domain.name()),
                domain,
                profile.get().hostDeviceXml(domain.name(), device));
    }

    @Override
    public void requestDetach(DomainKey domain, HostDevice device) {
        devices.request(
                "detach " + device.words() + " of " + Words.domain(domain.name()),
                domain,
                live -> live.hostDevice(device));
    }
}
