package org.qubestools.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.LiveVm;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbDisconnectedException;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.UntrustedValue;

/** The port over the running system, which stays the caller's. Names are those of the store. */
public final class RunningDevices implements DeviceHost {
    /** A VM that changes something, or gets or loses a device, is told of by an empty value here. */
    private static final QubesDbPath ANNOUNCEMENT = new QubesDbPath("/qubes-block-devices");

    private final RunningSystem system;

    public RunningDevices(RunningSystem system) {
        this.system = system;
    }

    private QubesVm vm(String name) {
        return system.vms().require(name);
    }

    private DomainKey key(String name) {
        return DomainKey.of(system.now(vm(name)));
    }

    @Override
    public List<String> vms() {
        List<String> names = new ArrayList<>();
        names.add(PublishingVm.DOM0);
        for (QubesVm vm : system.vms().byQidOrder()) {
            if (vm.qid() != 0) {
                names.add(vm.name());
            }
        }
        return names;
    }

    @Override
    public boolean isRunning(String name) {
        return name.equals(PublishingVm.DOM0) || system.isRunning(vm(name));
    }

    @Override
    public List<String> running() {
        VmStatuses statuses = system.statuses();
        List<String> names = new ArrayList<>();
        for (String name : vms()) {
            if (name.equals(PublishingVm.DOM0) || statuses.isRunning(vm(name))) {
                names.add(name);
            }
        }
        return names;
    }

    @Override
    public boolean isPaused(String name) {
        Optional<DomainSnapshot> domain = system.domain(vm(name));
        return domain.isPresent() && domain.get().state() == DomainState.PAUSED;
    }

    @Override
    public VmmTraits traits() {
        return system.vmm().traits();
    }

    @Override
    public Optional<DriveSpec> drive(String name) {
        return Optional.ofNullable(vm(name).get(Attributes.DRIVE));
    }

    @Override
    public String realPath(String path) {
        return system.real(path).toString();
    }

    @Override
    public boolean isHvm(String name) {
        return vm(name).vmClass().isHvm();
    }

    @Override
    public Optional<List<LiveDisk>> disks(String name) {
        return system.vmm().devices().disks(key(name));
    }

    @Override
    public void attach(String name, DiskRequest disk) {
        system.vmm().devices().attachDisk(key(name), disk);
    }

    @Override
    public void requestDetach(String name, String target) {
        system.vmm().devices().requestDetach(key(name), target);
    }

    @Override
    public Optional<List<HostDevice>> hostDevices(String name) {
        return system.vmm().devices().hostDevices(key(name));
    }

    @Override
    public void attach(String name, HostDevice device) {
        system.vmm().devices().attachHostDevice(key(name), device);
    }

    @Override
    public void requestDetach(String name, HostDevice device) {
        system.vmm().devices().requestDetach(key(name), device);
    }

    @Override
    public void announce(String name) {
        LiveVm live = system.live(vm(name));
        try {
            twice(live, database -> {
                database.write(ANNOUNCEMENT, "");
                return name;
            });
        } catch (QubesDbException e) {
            // Nobody can be listening there: the device is attached all the same.
            live.refresh();
        }
    }

    /** Once more if the daemon is one that took the place of the one that was connected to. */
    private static <T> T twice(LiveVm live, LiveVm.Work<T> work) throws QubesDbException {
        try {
            return live.database(work);
        } catch (QubesDbDisconnectedException e) {
            return live.database(work);
        }
    }

    @Override
    public PublishingVm published(String name) {
        return new Published(name);
    }

    /** Reads all below it. */
    private record Directory(QubesDbPath path) implements LiveVm.Work<Map<QubesDbPath, UntrustedValue>> {
        @Override
        public Map<QubesDbPath, UntrustedValue> on(QubesDb database) throws QubesDbException, InterruptedException {
            return database.readDirectory(path);
        }
    }

    private final class Published implements PublishingVm {
        private final String name;

        Published(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean isRunning() {
            return RunningDevices.this.isRunning(name);
        }

        private LiveVm live() {
            return name.equals(DOM0) ? system.live(dom0()) : system.live(vm(name));
        }

        @Override
        public Map<String, ByteText> untrustedTree(String directory) throws QubesDbException {
            Directory work = new Directory(new QubesDbPath(directory));
            Map<String, ByteText> tree = new TreeMap<>();
            for (Map.Entry<QubesDbPath, UntrustedValue> entry :
                    twice(live(), work).entrySet()) {
                tree.put(entry.getKey().text(), ByteText.of(entry.getValue().untrustedBytes()));
            }
            return tree;
        }

        @Override
        public void refresh() {
            live().refresh();
        }
    }

    private QubesVm dom0() {
        return system.vms().dom0();
    }
}
