package org.qubestools.devices;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.vmm.LiveDisk;

/**
 * Block devices of VMs and of the host: lists, attaches, detaches. Nothing is kept between two calls. Errors are
 * {@link DeviceException}s, and what the running system has for errors of its own.
 */
public final class BlockDevices {
    private final DeviceHost host;
    private final LocalDevices local;
    private final HostPaths paths;
    private final DiskDetacher detacher;
    private final OwnLoops loops;
    private final WaitTime time;

    /** Lists what this host has, where dom0's own QubesDB tells nothing. */
    public interface LocalDevices {
        /** As {@link LocalScan#scan}. */
        Listing<LocalDevice> scan(Collection<String> attached, boolean showSystemDisks);

        /** Which paths of dom0 share bytes. */
        DevicePlaces places();
    }

    /** Those of VMs and, as {@code roots} tell, of dom0. */
    public static BlockDevices of(DeviceHost host, HostRoots roots, WaitTime time) {
        return new BlockDevices(host, new ToldByKernel(roots), HostPaths.REAL, time);
    }

    public BlockDevices(DeviceHost host, LocalDevices local, HostPaths paths, WaitTime time) {
        this(host, local, paths, time, OwnLoops.NONE);
    }

    private BlockDevices(DeviceHost host, LocalDevices local, HostPaths paths, WaitTime time, OwnLoops loops) {
        this.loops = loops;
        this.host = host;
        this.local = local;
        this.paths = paths;
        this.time = time;
        this.detacher = new DiskDetacher(host, time, loops);
    }

    /** The same, and what happens to loop devices of ours is told to {@code loops}. */
    BlockDevices telling(OwnLoops listener) {
        return new BlockDevices(host, local, paths, time, listener);
    }

    /** All devices of all running VMs and of dom0. */
    public BlockListing list(boolean showSystemDisks) {
        List<String> running = host.running();
        return list(running, running, showSystemDisks);
    }

    /** The devices of one VM; none if it does not run. */
    public BlockListing list(String vm, boolean showSystemDisks) {
        List<String> running = host.running();
        return list(running.contains(vm) ? List.of(vm) : List.of(), running, showSystemDisks);
    }

    private BlockListing list(List<String> backends, List<String> running, boolean showSystemDisks) {
        AttachedDisks attached = attached(running);
        List<BlockListing.Listed> devices = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        for (Attachment strange : attached.ofUnknownType()) {
            complaints.add("disk " + SafeText.of(strange.frontend()) + " of VM '" + SafeText.of(strange.vm())
                    + "' is of a type that is not known: "
                    + SafeText.of(strange.disk().type()));
        }
        for (String vm : backends) {
            Listing<BlockDevice> listing = published(vm, attached, showSystemDisks);
            for (BlockDevice device : listing.devices()) {
                devices.add(new BlockListing.Listed(device, attached.holder(device)));
            }
            complain(vm, listing.refused(), complaints);
            if (listing.cut()) {
                complaints.add("VM '" + SafeText.of(vm) + "' offers more devices than are listed");
            }
        }
        return new BlockListing(devices, complaints);
    }

    private static void complain(String vm, List<Refused> refused, List<String> complaints) {
        List<String> faults = new ArrayList<>();
        for (Refused device : refused) {
            if (device.reason().isFault()) {
                faults.add("device '" + device.shownName() + "' of VM '" + SafeText.of(vm) + "' is not listed: "
                        + device.reason().words());
            }
        }
        Complaints.add(faults, " more devices of VM '" + SafeText.of(vm) + "' are not listed", complaints);
    }

    private Listing<BlockDevice> published(String vm, AttachedDisks attached, boolean showSystemDisks) {
        Listing<BlockDevice> published;
        try {
            published = new QubesDbBlockScanner(showSystemDisks).scan(host.published(vm));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while devices were listed", null, e);
        }
        boolean nothing = published.devices().isEmpty() && published.refused().isEmpty();
        if (!vm.equals(PublishingVm.DOM0) || !nothing) {
            return published;
        }
        Listing<LocalDevice> own = local.scan(attached.sourcesInDom0(), showSystemDisks);
        List<BlockDevice> devices = new ArrayList<>();
        for (LocalDevice device : own.devices()) {
            devices.add(device.device());
        }
        return new Listing<>(devices, own.refused(), own.cut());
    }

    /** What this host has by its own scan, whoever holds it: it changes when devices come and go. */
    public List<BlockDevice> hostState() {
        List<BlockDevice> devices = new ArrayList<>();
        for (LocalDevice device : local.scan(List.of(), true).devices()) {
            devices.add(device.device());
        }
        return devices;
    }

    private AttachedDisks attached(List<String> running) {
        List<VmDisks> all = new ArrayList<>();
        for (String vm : running) {
            if (!vm.equals(PublishingVm.DOM0)) {
                host.disks(vm).ifPresent(disks -> all.add(new VmDisks(vm, disks)));
            }
        }
        return new AttachedDisks(all);
    }

    /** Who holds which disk now. */
    AttachedDisks attachedNow() {
        return attached(host.running());
    }

    /**
     * Attaches a device and tells whoever watches the VM.
     *
     * @return the name that it has in the VM
     */
    public FrontendName attach(AttachRequest request) {
        return attacher().attach(request);
    }

    /** Says what can be said against a request before its device is there. */
    void check(AttachRequest request) {
        attacher().check(request);
    }

    private DiskAttacher attacher() {
        return new DiskAttacher(host, this, local.places(), paths, detacher, loops);
    }

    /**
     * Detaches one disk and waits until it is gone.
     *
     * @param frontend its name in the VM; SYSTEM_DISK if it is one of the VM's own
     * @return false if there was none
     */
    public boolean detach(String vm, String frontend) {
        Optional<LiveDisk> disk = detacher.detach(vm, frontend);
        disk.ifPresent(detacher::tell);
        return disk.isPresent();
    }

    /** As {@link #detach(String, String)} for what was seen to be attached; false also if it is another disk by now. */
    public boolean detach(Attachment seen) {
        Optional<LiveDisk> disk = detacher.detach(seen);
        disk.ifPresent(detacher::tell);
        return disk.isPresent();
    }

    /** Detaches all disks that are not the VM's own; returns their names in the VM. The first failure ends it. */
    public List<String> detachAll(String vm) {
        return detacher.detachAll(vm);
    }

    /** Every VM that holds this device now, in order of their qids. */
    public List<Attachment> holders(BlockDevice device) {
        return attachedNow().holders(device);
    }

    /** The device of that name as its backend offers it now, system disks too. */
    public Optional<BlockDevice> find(BlockDeviceRef ref) {
        for (BlockListing.Listed listed : list(ref.backend(), true).devices()) {
            if (listed.device().ref().equals(ref)) {
                return Optional.of(listed.device());
            }
        }
        return Optional.empty();
    }

    /**
     * The device of that name, for attaching it.
     *
     * @return empty if there is none; OVERLAP if the list leaves it out since a VM has its disk or a partition of it
     */
    public Optional<BlockDevice> findToAttach(BlockDeviceRef ref) {
        Optional<BlockDevice> found = find(ref);
        if (found.isEmpty() && ref.backend().equals(PublishingVm.DOM0)) {
            for (Refused refused : published(ref.backend(), attachedNow(), true).refused()) {
                boolean relative = refused.reason() == ListReason.PARENT_ATTACHED
                        || refused.reason() == ListReason.PARTITION_ATTACHED;
                if (relative && refused.untrustedName().equals(ref.device())) {
                    throw relativeAttached(ref);
                }
            }
        }
        return found;
    }

    /** The error for a device that a list leaves out since a VM has a relative of it. */
    private DeviceException relativeAttached(BlockDeviceRef ref) {
        String node = "/dev/" + ref.device().replace('!', '/');
        attacher().requireUnshared(new BlockDevice(ref, node, 0, ByteText.ofUtf8(node), DeviceMode.READ_WRITE));
        return DeviceException.of( // whoever had it has let it go meanwhile
                        DeviceError.OVERLAP,
                        "device '" + SafeText.of(ref.toString())
                                + "' shares data with a device that is attached to a VM")
                .hint("'qvm-block' shows that one; detach it first")
                .device(ref.toString())
                .build();
    }

    private record ToldByKernel(HostRoots roots) implements LocalDevices {
        @Override
        public Listing<LocalDevice> scan(Collection<String> attached, boolean showSystemDisks) {
            return new LocalScan(roots, showSystemDisks).scan(attached);
        }

        @Override
        public DevicePlaces places() {
            return DevicePlaces.of(new SysfsReader(roots, NodeNumbers.below(roots.dev())));
        }
    }
}
