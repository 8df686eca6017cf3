package org.qubestools.core.vmm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qubestools.core.error.QubesException;

/** The devices of the domains of a {@link FakeVmm}, which go when these stop. */
final class FakeDevices implements LiveDevices {
    private static final int TARGET_IN_USE = 9;
    private static final int NO_SUCH_DISK = 8;

    private final FakeVmm vmm;
    private final Map<String, List<LiveDisk>> disks = new LinkedHashMap<>();
    private final Map<String, List<HostDevice>> hostDevices = new LinkedHashMap<>();
    private final Set<String> holding = new HashSet<>();
    private final Set<String> stolen = new HashSet<>();

    FakeDevices(FakeVmm vmm) {
        this.vmm = vmm;
    }

    void put(String domain, LiveDisk disk) {
        disks.computeIfAbsent(domain, name -> new ArrayList<>()).add(disk);
    }

    void hold(String domain, String target) {
        holding.add(domain + " " + target);
    }

    void stealOnce(String domain, String target) {
        stolen.add(domain + " " + target);
    }

    void stopped(String domain) {
        disks.remove(domain);
        hostDevices.remove(domain);
    }

    private boolean isActive(DomainKey key) {
        return vmm.find(key).map(DomainSnapshot::active).orElse(false);
    }

    @Override
    public Optional<List<LiveDisk>> disks(DomainKey key) {
        synchronized (vmm) {
            vmm.asked("disks " + key.name());
            return isActive(key)
                    ? Optional.of(List.copyOf(disks.getOrDefault(key.name(), List.of())))
                    : Optional.empty();
        }
    }

    @Override
    public void attachDisk(DomainKey key, DiskRequest disk) {
        synchronized (vmm) {
            vmm.deviceCall(
                    key,
                    "attach disk " + key.name() + " " + disk.frontend() + " " + disk.backend() + ":" + disk.source()
                            + (disk.readonly() ? " r" : " w"));
            String target = vmm.traits().backendDomains()
                    ? disk.frontend()
                    : disk.frontend().substring(1);
            if (stolen.remove(key.name() + " " + target)) {
                String other = "/dev/other-" + target;
                put(key.name(), new LiveDisk(LiveDisk.BLOCK, "disk", other, "dom0", target, target, false, null));
            }
            for (LiveDisk there : disks.getOrDefault(key.name(), List.of())) {
                if (there.target().equals(target)) {
                    throw new DriverRefusal(TARGET_IN_USE, "target " + target + " is in use", null, null);
                }
            }
            put(
                    key.name(),
                    new LiveDisk(
                            disk.kind(),
                            "disk",
                            disk.source(),
                            disk.backend(),
                            target,
                            disk.frontend(),
                            disk.readonly(),
                            null));
        }
    }

    @Override
    public void requestDetach(DomainKey key, String target) {
        synchronized (vmm) {
            vmm.deviceCall(key, "detach disk " + key.name() + " " + target);
            if (!holding.contains(key.name() + " " + target)) {
                disks.getOrDefault(key.name(), new ArrayList<>())
                        .removeIf(disk -> disk.target().equals(target));
            }
        }
    }

    @Override
    public void resizeDisk(DomainKey key, String target, long bytes) {
        synchronized (vmm) {
            vmm.deviceCall(key, "resize disk " + key.name() + " " + target + " " + bytes);
            LiveDisk disk = disks.getOrDefault(key.name(), List.of()).stream()
                    .filter(there -> there.target().equals(target))
                    .findFirst()
                    .orElseThrow(() -> new DriverRefusal(NO_SUCH_DISK, "invalid path: " + target, null, null));
            try (RandomAccessFile file = new RandomAccessFile(String.valueOf(disk.source()), "rw")) {
                file.setLength(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public Optional<List<HostDevice>> hostDevices(DomainKey key) {
        synchronized (vmm) {
            vmm.asked("host devices " + key.name());
            return isActive(key)
                    ? Optional.of(List.copyOf(hostDevices.getOrDefault(key.name(), List.of())))
                    : Optional.empty();
        }
    }

    @Override
    public void attachHostDevice(DomainKey key, HostDevice device) throws QubesException {
        synchronized (vmm) {
            vmm.deviceCall(key, "attach " + key.name() + " " + device.words());
            hostDevices.computeIfAbsent(key.name(), name -> new ArrayList<>()).add(device);
        }
    }

    @Override
    public void requestDetach(DomainKey key, HostDevice device) {
        synchronized (vmm) {
            vmm.deviceCall(key, "detach " + key.name() + " " + device.words());
            hostDevices
                    .getOrDefault(key.name(), new ArrayList<>())
                    .removeIf(there -> there.words().equals(device.words()));
        }
    }
}
