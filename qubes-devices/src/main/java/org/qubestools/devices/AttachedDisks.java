package org.qubestools.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.qubestools.core.vmm.LiveDisk;

/**
 * Which running VM has which device, by the disks in their live definitions.
 *
 * <p>A VM can lie in its descriptions and so hide that its file is attached; it gains no access by that.
 */
public final class AttachedDisks {
    private static final String DELETED = " (deleted)";

    private final List<Attachment> all;
    private final List<Attachment> unknown;

    /** {@code running}: all running VMs, in the order of their qids; dom0 counts for nothing here. */
    public AttachedDisks(List<VmDisks> running) {
        List<Attachment> known = new ArrayList<>();
        List<Attachment> strange = new ArrayList<>();
        for (VmDisks vm : running) {
            for (LiveDisk disk : vm.vm().equals(PublishingVm.DOM0) ? List.<LiveDisk>of() : vm.disks()) {
                boolean usual =
                        disk.type().equals(LiveDisk.BLOCK) || disk.type().equals(LiveDisk.FILE);
                (usual ? known : strange).add(new Attachment(vm.vm(), disk));
            }
        }
        this.all = List.copyOf(known);
        this.unknown = List.copyOf(strange);
    }

    /** Disks whose type the toolkit does not know; they match nothing, and a user should hear of them. */
    public List<Attachment> ofUnknownType() {
        return unknown;
    }

    /** The first VM that holds this very device. */
    public Optional<Attachment> holder(BlockDevice device) {
        List<Attachment> holders = holders(device);
        return holders.isEmpty() ? Optional.empty() : Optional.of(holders.get(0));
    }

    /** Every VM that holds this very device, in order; one that holds it twice is there twice. */
    public List<Attachment> holders(BlockDevice device) {
        List<Attachment> holders = new ArrayList<>();
        for (Attachment attachment : all) {
            if (isSame(attachment.disk(), device)) {
                holders.add(attachment);
            }
        }
        return holders;
    }

    /** Whether a disk is the device, its whole disk or one of its partitions, by their places. */
    static boolean overlap(Attachment attachment, BlockDevice device, DevicePlaces places) {
        String source = attachment.disk().source();
        boolean sameBackend = attachment.disk().backend().equals(device.backend());
        return source != null && sameBackend && places.overlap(source, device.path());
    }

    /** All disks that are as wanted, in order. */
    List<Attachment> findAll(Predicate<Attachment> wanted) {
        List<Attachment> found = new ArrayList<>();
        for (Attachment attachment : all) {
            if (wanted.test(attachment)) {
                found.add(attachment);
            }
        }
        return found;
    }

    /** Sources in dom0 that VMs hold, nodes and files; for {@link LocalScan#scan}. */
    public List<String> sourcesInDom0() {
        List<String> sources = new ArrayList<>();
        for (Attachment attachment : all) {
            String source = attachment.disk().source();
            if (source != null && attachment.disk().backend().equals(LiveDisk.DOM0)) {
                sources.add(source);
            }
        }
        return sources;
    }

    private static boolean isSame(LiveDisk disk, BlockDevice device) {
        String source = disk.source();
        if (source == null || source.isEmpty() || !disk.backend().equals(device.backend())) {
            return false;
        }
        return source.equals(device.path()) || isFileBehind(source, device.rawDescription());
    }

    /** libvirt shows the file, the VM publishes the loop device that was made of it and describes it by the file. */
    private static boolean isFileBehind(String source, ByteText description) {
        if (source.startsWith("/dev/")) {
            return false;
        }
        String text = description.latin1();
        String file = text.endsWith(DELETED) ? text.substring(0, text.length() - DELETED.length()) : text;
        return ByteText.ofUtf8(source).latin1().equals(file);
    }
}
