package org.qubestools.devices;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DriverRefusal;
import org.qubestools.core.vmm.LiveDisk;

/** Attaches a disk: all checks first, in the order in which users see their errors, then the acts. */
final class DiskAttacher {
    /** How often another name is tried when somebody else took the one that was free. */
    private static final int MORE_NAMES = 3;

    private final DeviceHost host;
    private final BlockDevices devices;
    private final DevicePlaces placesOfDom0;
    private final HostPaths paths;
    private final DiskDetacher detacher;
    private final OwnLoops loops;

    DiskAttacher(
            DeviceHost host,
            BlockDevices devices,
            DevicePlaces placesOfDom0,
            HostPaths paths,
            DiskDetacher detacher,
            OwnLoops loops) {
        this.host = host;
        this.devices = devices;
        this.placesOfDom0 = placesOfDom0;
        this.paths = paths;
        this.detacher = detacher;
        this.loops = loops;
    }

    /** All that can be said against a request without a look at who holds the device; returns the name it asks for. */
    @Nullable
    FrontendName check(AttachRequest request) {
        requireReachable(request);
        requireOther(request);
        requireRunning(request.target());
        requireRunning(request.device().backend());
        mode(request);
        return request.frontend() == null ? null : new FrontendName(request.frontend());
    }

    FrontendName attach(AttachRequest request) {
        FrontendName wanted = check(request);
        List<LiveDisk> freed = new ArrayList<>();
        try {
            return attach(request, wanted, freed);
        } finally {
            freed.forEach(detacher::tell);
        }
    }

    private FrontendName attach(AttachRequest request, @Nullable FrontendName wanted, List<LiveDisk> freed) {
        DeviceMode mode = mode(request);
        for (int tries = 0; ; tries++) {
            FrontendName frontend = free(request, wanted, freed);
            loops.willBe(request.device().path(), request.target(), frontend);
            try {
                host.attach(request.target(), disk(request, frontend, mode));
                host.announce(request.target());
                return frontend;
            } catch (DriverRefusal e) {
                if (!isTaken(e, request.target(), frontend)) {
                    throw DeviceFailures.of(e, request.target(), host);
                }
                if (wanted != null || tries == MORE_NAMES) {
                    throw busy(request.target(), frontend);
                }
            } catch (QubesException e) {
                throw DeviceFailures.of(e, request.target(), host);
            }
        }
    }

    /** What another driver would open under the same name, and what is not there at all. */
    private void requireReachable(AttachRequest request) {
        BlockDevice device = request.device();
        boolean ofDom0 = device.backend().equals(PublishingVm.DOM0);
        if (!ofDom0 && !host.traits().backendDomains()) {
            throw error(
                            DeviceError.UNSUPPORTED_BACKEND,
                            request,
                            " is in a VM, and this driver knows disks of dom0 only")
                    .hint("attach a device of dom0")
                    .build();
        }
        if (!ofDom0) {
            return;
        }
        if (request.kind() == AttachRequest.Kind.FILE) {
            if (!paths.exists(device.path())) {
                throw error(DeviceError.NO_SUCH_FILE, request, " is not there, or cannot be read")
                        .hint("give the path of an image or of a block device")
                        .build();
            }
        } else if (!host.traits().backendDomains()
                && !(device.path().startsWith("/dev/") && paths.isBlockDevice(device.path()))) {
            throw error(DeviceError.NOT_A_BLOCK_DEVICE, request, " is no block device")
                    .hint("attach a file with -A")
                    .build();
        }
    }

    private static void requireOther(AttachRequest request) {
        if (request.target().equals(PublishingVm.DOM0)) {
            throw DeviceException.of(DeviceError.DOM0_TARGET, "no device can be attached to dom0")
                    .hint("name another VM")
                    .vm(PublishingVm.DOM0)
                    .build();
        }
        if (request.target().equals(request.device().backend())) {
            throw error(DeviceError.SELF_ATTACH, request, " belongs to that VM itself")
                    .hint("name another VM")
                    .vm(request.target())
                    .build();
        }
    }

    private void requireRunning(String vm) {
        if (!host.isRunning(vm)) {
            throw DeviceFailures.notRunning(vm);
        }
    }

    private static DeviceMode mode(AttachRequest request) {
        DeviceMode own = request.device().mode();
        DeviceMode mode = request.mode() == null ? own : DeviceMode.parse(request.mode());
        if (own == DeviceMode.READ_ONLY && mode == DeviceMode.READ_WRITE) {
            throw error(DeviceError.READ_ONLY_DEVICE, request, " can only be read")
                    .hint("attach it with --ro")
                    .build();
        }
        return mode;
    }

    /** Looks at all VMs anew, frees the device if that is wished, and chooses a name. */
    private FrontendName free(AttachRequest request, @Nullable FrontendName wanted, List<LiveDisk> freed) {
        List<Attachment> holders = requireNoOverlap(request);
        if (!holders.isEmpty() && request.autoDetach()) {
            for (Attachment holder : holders) {
                detacher.requireDetachable(holder.vm(), holder.disk()); // of all, before the first is taken away
            }
            for (Attachment holder : holders) {
                detacher.detach(holder);
                freed.add(holder.disk());
            }
            holders = requireNoOverlap(request); // that took its time, in which another program may have come
        }
        if (!holders.isEmpty()) {
            throw held(DeviceError.ALREADY_ATTACHED, request, holders.get(0), " is attached to VM '");
        }
        Set<String> used = used(request.target());
        if (wanted != null) {
            if (used.contains(wanted.value())) {
                throw busy(request.target(), wanted);
            }
            return wanted;
        }
        boolean cdrom = host.isHvm(request.target()) && isCdrom(request.device());
        return cdrom ? FrontendName.firstFreeForBootCdrom(used) : FrontendName.firstFree(used);
    }

    /** Who holds the very device now; ALREADY_ATTACHED or OVERLAP before anything is done. */
    private List<Attachment> requireNoOverlap(AttachRequest request) {
        BlockDevice device = request.device();
        AttachedDisks attached = devices.attachedNow();
        List<Attachment> same = attached.holders(device);
        List<Attachment> holders = attached.findAll(disk -> same.contains(disk) || isSameFile(device, disk.disk()));
        if (!holders.isEmpty() && !request.autoDetach()) {
            throw held(DeviceError.ALREADY_ATTACHED, request, holders.get(0), " is attached to VM '");
        }
        attached.findAll(disk -> !holders.contains(disk) && overlaps(disk, device)).stream()
                .findFirst()
                .ifPresent(disk -> {
                    throw held(DeviceError.OVERLAP, device, disk, " shares data with a disk of VM '");
                });
        return holders;
    }

    /** OVERLAP with the first disk of a VM that shares bytes with a device of dom0, be it the same; else returns. */
    void requireUnshared(BlockDevice device) {
        devices.attachedNow().findAll(disk -> overlaps(disk, device)).stream()
                .findFirst()
                .ifPresent(disk -> {
                    throw held(DeviceError.OVERLAP, device, disk, " shares data with a disk of VM '");
                });
    }

    private boolean overlaps(Attachment disk, BlockDevice device) {
        DevicePlaces places = device.backend().equals(PublishingVm.DOM0) ? placesOfDom0 : DevicePlaces.BY_NAME;
        return AttachedDisks.overlap(disk, device, places) || sharesFile(device, disk.disk());
    }

    /** The same image under another name or behind a loop device: Xen would make a second one, and two VMs would write. */
    private boolean isSameFile(BlockDevice device, LiveDisk disk) {
        return shares(device, disk, FileExtent::isSamePart);
    }

    /** An image, and a loop device of it or a partition of that; two partitions that lie one in the other. */
    private boolean sharesFile(BlockDevice device, LiveDisk disk) {
        return shares(device, disk, FileExtent::overlaps);
    }

    private boolean shares(BlockDevice device, LiveDisk disk, BiPredicate<FileExtent, FileExtent> parts) {
        String source = disk.source();
        boolean ofDom0 =
                device.backend().equals(PublishingVm.DOM0) && disk.backend().equals(PublishingVm.DOM0);
        if (source == null || !ofDom0) {
            return false;
        }
        FileExtent one = paths.fileBehind(device.path()).orElseGet(() -> FileExtent.whole(device.path()));
        FileExtent other = paths.fileBehind(source).orElseGet(() -> FileExtent.whole(source));
        return parts.test(one, other) && paths.isSame(one.file(), other.file());
    }

    private Set<String> used(String vm) {
        Set<String> used = new HashSet<>();
        for (LiveDisk disk : host.disks(vm).orElseThrow(() -> DeviceFailures.notRunning(vm))) {
            used.add(disk.frontend());
            used.add(disk.target());
        }
        return used;
    }

    private boolean isTaken(DriverRefusal refusal, String vm, FrontendName frontend) {
        boolean mayBe = refusal.code() == DeviceFailures.OPERATION_FAILED || refusal.code() == DeviceFailures.XML_ERROR;
        return mayBe && host.disks(vm).isPresent() && used(vm).contains(frontend.value());
    }

    private static boolean isCdrom(BlockDevice device) {
        return DeviceName.find(device.path())
                .filter(name -> name.family() == DeviceFamily.SR || name.family() == DeviceFamily.SCD)
                .isPresent();
    }

    private DiskRequest disk(AttachRequest request, FrontendName frontend, DeviceMode mode) {
        BlockDevice device = request.device();
        boolean ofDom0 = device.backend().equals(PublishingVm.DOM0);
        boolean file = request.kind() == AttachRequest.Kind.FILE && !(ofDom0 && paths.isBlockDevice(device.path()));
        return new DiskRequest(
                file ? LiveDisk.FILE : LiveDisk.BLOCK,
                device.path(),
                device.backend(),
                frontend.value(),
                mode == DeviceMode.READ_ONLY);
    }

    private static DeviceException busy(String vm, FrontendName frontend) {
        return DeviceException.of(
                        DeviceError.FRONTEND_BUSY,
                        "VM '" + SafeText.of(vm) + "' has a disk " + frontend.value() + " already")
                .hint("name another one, or none")
                .vm(vm)
                .frontend(frontend.value())
                .build();
    }

    private static DeviceException held(DeviceError error, AttachRequest request, Attachment holder, String words) {
        return held(error, request.device(), holder, words);
    }

    private static DeviceException held(DeviceError error, BlockDevice device, Attachment holder, String words) {
        return error(error, device, words + SafeText.of(holder.vm()) + "' as '" + SafeText.of(holder.frontend()) + "'")
                .hint("detach that first: qvm-block -d " + SafeText.of(holder.vm()) + " -f "
                        + SafeText.of(holder.frontend()))
                .vm(holder.vm())
                .frontend(holder.frontend())
                .build();
    }

    private static DeviceException.Builder error(DeviceError error, AttachRequest request, String words) {
        return error(error, request.device(), words);
    }

    private static DeviceException.Builder error(DeviceError error, BlockDevice device, String words) {
        String name = device.ref().toString();
        return DeviceException.of(error, "device '" + SafeText.of(name) + "'" + words)
                .device(name);
    }
}
