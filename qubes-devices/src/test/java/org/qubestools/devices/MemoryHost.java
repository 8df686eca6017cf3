package org.qubestools.devices;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DriverRefusal;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.qubesdb.InMemoryQubesDb;

/** A running Xen host in memory: VMs, their disks and what they publish. */
final class MemoryHost implements DeviceHost {
    private static final int TAKEN = 9;

    private final Map<String, List<LiveDisk>> running = new LinkedHashMap<>();
    private final Map<String, InMemoryQubesDb.Domain> databases = new LinkedHashMap<>();
    private final List<String> halted = new ArrayList<>();
    private final List<String> announced = new ArrayList<>();
    private final List<String> stuck = new ArrayList<>();
    private final List<String> stolen = new ArrayList<>();
    private final List<String> hvms = new ArrayList<>();
    private VmmTraits traits = VmmTraits.XEN;
    private boolean refusing;
    private Watcher watcher = () -> {};

    /** Looks at how things are at a moment. */
    interface Watcher {
        void look() throws Exception;

        /** Whatever it throws ends the test. */
        default void lookNow() {
            try {
                look();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private Runnable meanwhile = () -> {};

    MemoryHost() {
        run(PublishingVm.DOM0);
    }

    MemoryHost run(String vm) {
        running.put(vm, new ArrayList<>());
        databases.put(vm, new InMemoryQubesDb.Domain(vm));
        return this;
    }

    MemoryHost halt(String vm) {
        halted.add(vm);
        return this;
    }

    /** A device that a VM publishes. */
    void publish(String vm, String name, String desc, String mode) {
        String directory = QubesDbBlockScanner.DIRECTORY + name;
        databases
                .get(vm)
                .with(directory + "/desc", desc)
                .with(directory + "/size", "1048576")
                .with(directory + "/mode", mode);
    }

    /** A disk that a VM has. */
    void give(String vm, String backend, String source, String target) {
        String type = source.startsWith("/dev/") ? LiveDisk.BLOCK : LiveDisk.FILE;
        running.get(vm).add(new LiveDisk(type, "disk", source, backend, target, target, false, null));
    }

    /** A guest that does not let go of a disk. */
    void keep(String target) {
        stuck.add(target);
    }

    /** Somebody else takes this name just before the next one who wants it. */
    void steal(String target) {
        stolen.add(target);
    }

    /** A running VM that is an HVM domain. */
    void beHvm(String vm) {
        hvms.add(vm);
    }

    void driver(VmmTraits other) {
        traits = other;
    }

    /** The driver says of each disk that its name is taken, which is not so. */
    void refuse() {
        refusing = true;
    }

    /** Called before each disk is attached. */
    void watch(Watcher next) {
        watcher = next;
    }

    /** It stops, with all that it had. */
    void stop(String vm) {
        running.remove(vm);
        halted.add(vm);
    }

    /** VMs that were told, in order. */
    List<String> announced() {
        return announced;
    }

    /** {@code BACKEND:SOURCE as TARGET} of each disk of a VM. */
    List<String> disksOf(String vm) {
        return running.get(vm).stream()
                .map(disk ->
                        disk.backend() + ":" + disk.source() + " as " + disk.target() + (disk.readonly() ? " ro" : ""))
                .toList();
    }

    @Override
    public List<String> vms() {
        List<String> all = new ArrayList<>(running.keySet());
        all.addAll(halted);
        return all;
    }

    @Override
    public List<String> running() {
        return List.copyOf(running.keySet());
    }

    @Override
    public boolean isRunning(String vm) {
        return running.containsKey(vm);
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
        return hvms.contains(vm);
    }

    @Override
    public Optional<List<LiveDisk>> disks(String vm) {
        return Optional.ofNullable(running.get(vm)).map(List::copyOf);
    }

    @Override
    public void attach(String vm, DiskRequest disk) {
        watcher.lookNow();
        if (refusing) {
            throw new DriverRefusal(TAKEN, "no such thing", null, null);
        }
        if (stolen.remove(disk.frontend())) {
            give(vm, PublishingVm.DOM0, "/dev/other", disk.frontend());
            throw new DriverRefusal(TAKEN, "target is there already", null, null);
        }
        running.get(vm)
                .add(new LiveDisk(
                        disk.kind(),
                        "disk",
                        disk.source(),
                        disk.backend(),
                        disk.frontend(),
                        disk.frontend(),
                        disk.readonly(),
                        null));
    }

    /** What happens while a VM lets go of a disk. */
    void whileDetaching(Runnable next) {
        meanwhile = next;
    }

    @Override
    public void requestDetach(String vm, String target) {
        meanwhile.run();
        running.get(vm).removeIf(disk -> disk.target().equals(target) && !stuck.contains(target));
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
    public PublishingVm published(String vm) {
        InMemoryQubesDb.Domain domain = databases.get(vm);
        return new QubesDbVm(vm, () -> isRunning(vm), domain == null ? null : domain.client());
    }
}
