package org.qubestools.devices;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lists the block devices of this host by what the kernel tells, for a dom0 whose own QubesDB has none. All is looked at
 * anew each time.
 */
public final class LocalScan {
    private static final int XEN_MAJOR = 202;
    private static final long CONTAINER_BYTES = 2 * SysfsBlock.SECTOR;
    private static final String DELETED = " (deleted)";

    private final HostRoots roots;
    private final NodeNumbers nodes;
    private final DriveMedia media;
    private final boolean showSystemDisks;

    /** Scans what is there; {@code showSystemDisks}: also images of VMs behind loop devices. */
    public LocalScan(HostRoots roots, boolean showSystemDisks) {
        this(roots, NodeNumbers.below(roots.dev()), new UdevNotes(roots), showSystemDisks);
    }

    /** The same with other facts of nodes and drives, such as recorded ones. */
    public LocalScan(HostRoots roots, NodeNumbers nodes, DriveMedia media, boolean showSystemDisks) {
        this.roots = roots;
        this.nodes = nodes;
        this.media = media;
        this.showSystemDisks = showSystemDisks;
    }

    /**
     * The devices that can be attached; one that is attached itself is among them.
     *
     * @param attached paths of dom0, of nodes and files, that running VMs hold
     */
    public Listing<LocalDevice> scan(Collection<String> attached) {
        SysfsReader sysfs = new SysfsReader(roots, nodes);
        Map<String, SysfsBlock> blocks = new LinkedHashMap<>();
        List<Refused> refused = new ArrayList<>();
        for (String name : sysfs.names()) {
            Optional<SysfsBlock> block = sysfs.byName(name);
            if (block.isPresent()) {
                blocks.put(name, block.get());
            } else if (sysfs.isListed(name)) {
                refused.add(new Refused(name, ListReason.UNREADABLE));
            }
        }
        Scanned scanned = new Scanned(blocks, UsedNumbers.read(roots, nodes), attachedNames(blocks, attached));
        List<LocalDevice> devices = new ArrayList<>();
        UdevNotes notes = new UdevNotes(roots);
        for (SysfsBlock block : blocks.values()) {
            ListReason reason = reasonAgainst(block, scanned);
            if (reason == null) {
                devices.add(new LocalDevice(device(block, notes), block));
            } else {
                refused.add(new Refused(block.kernelName(), reason));
            }
        }
        return new Listing<>(devices, refused, false);
    }

    /** All devices at one moment, with what is done with them. */
    private record Scanned(Map<String, SysfsBlock> blocks, UsedNumbers used, Set<String> attached) {
        boolean isAttached(@Nullable String kernelName) {
            return kernelName != null && attached.contains(kernelName);
        }

        @Nullable
        ListReason use(SysfsBlock block) {
            if (used.mounted().contains(block.number())) {
                return ListReason.MOUNTED;
            }
            if (used.swaps().contains(block.number())) {
                return ListReason.SWAP;
            }
            return block.held() ? ListReason.HELD : null;
        }

        boolean isEmpty(String disk) {
            SysfsBlock block = blocks.get(disk);
            return block != null && block.bytes() == 0;
        }

        boolean anyPartition(SysfsBlock disk, Predicate<SysfsBlock> wanted) {
            for (SysfsBlock block : blocks.values()) {
                if (disk.kernelName().equals(block.parent()) && wanted.test(block)) {
                    return true;
                }
            }
            return false;
        }
    }

    private Set<String> attachedNames(Map<String, SysfsBlock> blocks, Collection<String> attached) {
        Set<String> paths = new HashSet<>(attached);
        Set<DeviceNumber> numbers = new HashSet<>();
        for (String path : attached) {
            nodes.numberOf(path).ifPresent(numbers::add);
        }
        Set<String> names = new HashSet<>();
        for (SysfsBlock block : blocks.values()) {
            boolean file = block.backingFile() != null && holdsFile(paths, block.backingFile());
            if (file || paths.contains(block.node()) || numbers.contains(block.number())) {
                names.add(block.kernelName());
            }
        }
        return names;
    }

    private static boolean holdsFile(Set<String> paths, ByteText backingFile) {
        String file = backingFile.latin1();
        String name = file.endsWith(DELETED) ? file.substring(0, file.length() - DELETED.length()) : file;
        for (String path : paths) {
            if (ByteText.ofUtf8(path).latin1().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The first rule that hits; null if the device can be attached. */
    private @Nullable ListReason reasonAgainst(SysfsBlock block, Scanned scanned) {
        ListReason nature = nature(block);
        if (nature != null) {
            return nature;
        }
        ListReason use = scanned.use(block);
        if (use != null) {
            return use;
        }
        if (block.parent() != null && scanned.isEmpty(block.parent())) {
            return ListReason.NO_MEDIUM; // what a loop device had whose file is gone, a card that was pulled out
        }
        if (scanned.isAttached(block.parent())) {
            return ListReason.PARENT_ATTACHED;
        }
        if (scanned.anyPartition(block, partition -> scanned.use(partition) != null)) {
            return ListReason.PARTITION_IN_USE;
        }
        if (scanned.anyPartition(block, partition -> scanned.isAttached(partition.kernelName()))) {
            return ListReason.PARTITION_ATTACHED;
        }
        if (block.isPartition() && block.bytes() <= CONTAINER_BYTES) {
            return ListReason.EXTENDED_CONTAINER;
        }
        boolean system = block.backingFile() != null
                && block.backingFile().latin1().startsWith(UntrustedBlockEntry.SYSTEM_DIRECTORY);
        return system && !showSystemDisks ? ListReason.SYSTEM_DISK : null;
    }

    /** What is never attached, whatever happens to it. */
    private @Nullable ListReason nature(SysfsBlock block) {
        if (block.hidden()) {
            return ListReason.HIDDEN;
        }
        if (block.number().major() == XEN_MAJOR) {
            return ListReason.XEN_FRONTEND;
        }
        if (block.family() == DeviceFamily.RAM || block.family() == DeviceFamily.ZRAM) {
            return ListReason.RAM_DISK;
        }
        if (block.family() == DeviceFamily.DM && isSystemDm(block.dmName())) {
            return ListReason.SYSTEM_DM;
        }
        boolean empty = block.bytes() == 0 || (mayBeEmpty(block) && !media.hasMedium(block));
        return empty ? ListReason.NO_MEDIUM : null;
    }

    private static boolean mayBeEmpty(SysfsBlock block) {
        return !block.isPartition() && (block.removable() || isCdrom(block));
    }

    private static boolean isCdrom(SysfsBlock block) {
        return block.family() == DeviceFamily.SR || block.family() == DeviceFamily.SCD;
    }

    private static boolean isSystemDm(@Nullable String name) {
        return name == null || name.startsWith("snapshot-") || name.startsWith("origin-");
    }

    private static BlockDevice device(SysfsBlock block, UdevNotes notes) {
        boolean writable = !block.readOnly() && !isCdrom(block);
        return new BlockDevice(
                new BlockDeviceRef(PublishingVm.DOM0, block.kernelName()),
                block.node(),
                block.bytes(),
                description(block, notes),
                writable ? DeviceMode.READ_WRITE : DeviceMode.READ_ONLY);
    }

    /** As the udev scripts of VMs describe a device. */
    private static ByteText description(SysfsBlock block, UdevNotes notes) {
        if (block.backingFile() != null) {
            return block.backingFile();
        }
        if (block.dmName() != null) {
            return new ByteText(block.dmName());
        }
        String label = notes.untrustedLabel(block).printable();
        return new ByteText(block.untrustedModel().printable() + " (" + label + ")");
    }
}
