package org.qubestools.devices;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.vmm.LiveDisk;

/**
 * Takes disks away from VMs. That a driver agrees says nothing: the live definition is read again until the disk is gone
 * from it.
 */
final class DiskDetacher {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);

    private final DeviceHost host;
    private final SystemDisks systemDisks;
    private final WaitTime time;
    private final OwnLoops loops;

    DiskDetacher(DeviceHost host, WaitTime time, OwnLoops loops) {
        this.host = host;
        this.systemDisks = new SystemDisks(host);
        this.time = time;
        this.loops = loops;
    }

    /** Whoever keeps the books of loop devices hears that a disk is gone. */
    void tell(LiveDisk disk) {
        if (disk.source() != null && disk.backend().equals(LiveDisk.DOM0)) {
            loops.detached(disk.source());
        }
    }

    /** The disk that is gone now, which the caller has to {@link #tell}; empty if there was none. */
    Optional<LiveDisk> detach(String vm, String frontend) {
        for (LiveDisk disk : disks(vm)) {
            if (disk.frontend().equals(frontend) || disk.target().equals(frontend)) {
                requireDetachable(vm, disk);
                detach(vm, disk);
                return Optional.of(disk);
            }
        }
        return Optional.empty();
    }

    /**
     * Detaches what was seen to be attached a while ago, if it is still the same: by now the VM may have stopped, or have
     * another disk of that name, which stays.
     */
    Optional<LiveDisk> detach(Attachment seen) {
        for (LiveDisk disk : host.disks(seen.vm()).orElse(List.of())) {
            if (isSame(disk, seen.disk())) {
                requireDetachable(seen.vm(), disk);
                detach(seen.vm(), disk);
                return Optional.of(disk);
            }
        }
        return Optional.empty();
    }

    private static boolean isSame(LiveDisk disk, LiveDisk seen) {
        return disk.target().equals(seen.target())
                && disk.backend().equals(seen.backend())
                && Objects.equals(disk.source(), seen.source());
    }

    /** SYSTEM_DISK, or DETACH_TIMEOUT if the VM cannot let it go now; else returns. Nothing is done. */
    void requireDetachable(String vm, LiveDisk disk) {
        if (systemDisks.contains(vm, disk)) {
            throw DeviceException.of(
                            DeviceError.SYSTEM_DISK,
                            "disk " + SafeText.of(disk.frontend()) + " of VM '" + SafeText.of(vm)
                                    + "' is one that it cannot be without")
                    .hint("shut the VM down to free it")
                    .vm(vm)
                    .frontend(disk.frontend())
                    .build();
        }
        requireAwake(vm, disk);
    }

    private void requireAwake(String vm, LiveDisk disk) {
        if (host.traits().detachNeedsGuest() && host.isPaused(vm)) {
            throw timeout(vm, disk, "the VM is paused, so it cannot let it go");
        }
    }

    List<String> detachAll(String vm) {
        List<String> detached = new ArrayList<>();
        for (LiveDisk disk : foreign(vm, disks(vm))) {
            detach(vm, disk);
            tell(disk);
            detached.add(disk.frontend());
        }
        return detached;
    }

    List<LiveDisk> foreignDisks(String vm) {
        return foreign(vm, host.disks(vm).orElse(List.of()));
    }

    private List<LiveDisk> foreign(String vm, List<LiveDisk> disks) {
        List<LiveDisk> foreign = new ArrayList<>();
        for (LiveDisk disk : disks) {
            if (disk.source() != null && !systemDisks.contains(vm, disk)) {
                foreign.add(disk);
            }
        }
        return foreign;
    }

    private List<LiveDisk> disks(String vm) {
        if (!host.isRunning(vm) || vm.equals(PublishingVm.DOM0)) {
            throw DeviceFailures.notRunning(vm);
        }
        return host.disks(vm).orElseThrow(() -> DeviceFailures.notRunning(vm));
    }

    /** Returns when it is gone and that was told. */
    private void detach(String vm, LiveDisk disk) {
        requireAwake(vm, disk);
        try {
            host.requestDetach(vm, disk.target());
        } catch (QubesException e) {
            throw DeviceFailures.of(e, vm, host);
        }
        long end = time.millis() + LIMIT.toMillis();
        while (isThere(vm, disk)) {
            if (time.millis() > end) {
                throw timeout(vm, disk, "the VM has not let it go within " + LIMIT.toSeconds() + " seconds");
            }
            sleep();
        }
        host.announce(vm);
    }

    private boolean isThere(String vm, LiveDisk wanted) {
        for (LiveDisk disk : host.disks(vm).orElse(List.of())) {
            if (disk.target().equals(wanted.target())) {
                return true;
            }
        }
        return false;
    }

    private static DeviceException timeout(String vm, LiveDisk disk, String why) {
        return DeviceException.of(
                        DeviceError.DETACH_TIMEOUT,
                        "disk " + SafeText.of(disk.frontend()) + " of VM '" + SafeText.of(vm) + "': " + why)
                .hint("unmount it there and let the VM run; it is free at the latest when the VM stops")
                .vm(vm)
                .frontend(disk.frontend())
                .build();
    }

    private void sleep() {
        try {
            time.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while a disk was detached", null, e);
        }
    }
}
