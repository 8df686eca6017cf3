package org.qubestools.core.vmm;

import java.util.List;
import java.util.Optional;

/** The devices of a {@link LazyVmm}: each call connects as every call of that does. */
final class LazyLiveDevices implements LiveDevices {
    /** One call to the devices of an open connection. */
    interface Call<T> {
        T on(LiveDevices devices);
    }

    /** Makes calls. */
    interface Caller {
        <T> T make(Call<T> call);
    }

    /** One order to the devices of an open connection. */
    private interface Order {
        void on(LiveDevices devices);
    }

    private final Caller caller;

    LazyLiveDevices(Caller caller) {
        this.caller = caller;
    }

    private void tell(Order order) {
        caller.make(devices -> {
            order.on(devices);
            return devices;
        });
    }

    @Override
    public Optional<List<LiveDisk>> disks(DomainKey domain) {
        return caller.make(devices -> devices.disks(domain));
    }

    @Override
    public void attachDisk(DomainKey domain, DiskRequest disk) {
        tell(devices -> devices.attachDisk(domain, disk));
    }

    @Override
    public void requestDetach(DomainKey domain, String target) {
        tell(devices -> devices.requestDetach(domain, target));
    }

    @Override
    public void resizeDisk(DomainKey domain, String target, long bytes) {
        tell(devices -> devices.resizeDisk(domain, target, bytes));
    }

    @Override
    public Optional<List<HostDevice>> hostDevices(DomainKey domain) {
        return caller.make(devices -> devices.hostDevices(domain));
    }

    @Override
    public void attachHostDevice(DomainKey domain, HostDevice device) {
        tell(devices -> devices.attachHostDevice(domain, device));
    }

    @Override
    public void requestDetach(DomainKey domain, HostDevice device) {
        tell(devices -> devices.requestDetach(domain, device));
    }
}
