package org.qubestools.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.devices.ByteText;
import org.qubestools.devices.DeviceHost;
import org.qubestools.devices.PublishingVm;

/** The VMs of a recording, and what was done to them. */
final class RecordedHost implements DeviceHost {
    private final VmmTraits traits;
    private final Map<String, Boolean> running = new LinkedHashMap<>();
    private final Map<String, List<LiveDisk>> disks = new LinkedHashMap<>();
    private final List<Object> detached = new ArrayList<>();
    private final List<Object> announced = new ArrayList<>();
    private String attachedTo = "";
    private DiskRequest attached;

    /** {@code recorded}: VMs with name, running and disks, by qid. */
    RecordedHost(VmmTraits traits, List<Object> recorded) {
        this.traits = traits;
        running.put(PublishingVm.DOM0, true);
        for (Object item : recorded) {
            Map<String, Object> vm = JsonTree.map(item);
            String name = (String) vm.get("name");
            running.put(name, name.equals(PublishingVm.DOM0) || Boolean.TRUE.equals(vm.get("running")));
            if (vm.get("disks") != null) {
                disks.put(name, new ArrayList<>(AttachedCases.disks(vm.get("disks"))));
            }
        }
    }

    /** The disks that went, as {@code {domain, target}}. */
    List<Object> detached() {
        return detached;
    }

    /** The VMs that were told, in order. */
    List<Object> announced() {
        return announced;
    }

    /** The VM that got a disk; empty if none did. */
    String attachedTo() {
        return attachedTo;
    }

    /** The disk that it got. */
    DiskRequest attached() {
        return attached;
    }

    @Override
    public List<String> vms() {
        return List.copyOf(running.keySet());
    }

    @Override
    public List<String> running() {
        return vms().stream().filter(this::isRunning).toList();
    }

    @Override
    public boolean isRunning(String vm) {
        return running.getOrDefault(vm, false);
    }

    @Override
    public boolean isPaused(String vm) {
        return false;
    }

    @Override
    public VmmTraits traits() {
        return traits;
    }

    @Override
    public Optional<DriveSpec> drive(String vm) {
        return Optional.empty();
    }

    @Override
    public boolean isHvm(String vm) {
        return false;
    }

    @Override
    public Optional<List<LiveDisk>> disks(String vm) {
        return isRunning(vm) ? Optional.ofNullable(disks.get(vm)).map(List::copyOf) : Optional.empty();
    }

    @Override
    public void attach(String vm, DiskRequest disk) {
        attachedTo = vm;
        attached = disk;
    }

    @Override
    public void requestDetach(String vm, String target) {
        if (disks.get(vm).removeIf(disk -> disk.target().equals(target))) {
            detached.add(Expected.fields("domain", vm, "target", target));
        }
    }

    @Override
    public Optional<List<HostDevice>> hostDevices(String vm) {
        return Optional.empty();
    }

    @Override
    public void attach(String vm, HostDevice device) {
        throw new AssertionError("no device of the host is attached here");
    }

    @Override
    public void requestDetach(String vm, HostDevice device) {
        throw new AssertionError("no device of the host is detached here");
    }

    @Override
    public void announce(String vm) {
        announced.add(vm);
    }

    @Override
    public PublishingVm published(String name) {
        return new PublishingVm() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean isRunning() {
                return RecordedHost.this.isRunning(name);
            }

            @Override
            public Map<String, ByteText> untrustedTree(String directory) {
                return new TreeMap<>();
            }

            @Override
            public void refresh() {}
        };
    }
}
