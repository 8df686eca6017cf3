package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.core.vmm.LiveDisk;

final class AttachedDisksTest {
    private static LiveDisk disk(String type, String source, String backend, String target) {
        return new LiveDisk(type, "disk", source, LiveDisk.backendName(backend), target, target, false, null);
    }

    private static LiveDisk block(String source, String target) {
        return disk(LiveDisk.BLOCK, source, null, target);
    }

    private static BlockDevice device(String vm, String path, String desc) {
        BlockDeviceRef ref = new BlockDeviceRef(vm, path.substring(path.lastIndexOf('/') + 1));
        return new BlockDevice(ref, path, 1, ByteText.ofUtf8(desc), DeviceMode.READ_WRITE);
    }

    private static AttachedDisks of(VmDisks... running) {
        return new AttachedDisks(List.of(running));
    }

    @Test
    void everyHolderIsFoundInOrder() {
        AttachedDisks disks = of(
                new VmDisks("dom0", List.of(block("/dev/sdb", "xvda"))),
                new VmDisks("work", List.of(block("/dev/sdc", "xvdi"), block("/dev/sdb", "xvdj"))),
                new VmDisks("vault", List.of(disk(LiveDisk.BLOCK, "/dev/sdb", "Domain-0", "xvdk"))));

        assertThat(disks.holders(device("dom0", "/dev/sdb", "M ()")))
                .extracting(Attachment::vm)
                .containsExactly("work", "vault");
        assertThat(disks.holder(device("dom0", "/dev/sdb", "M ()"))
                        .orElseThrow()
                        .frontend())
                .isEqualTo("xvdj");
        assertThat(disks.holder(device("usbvm", "/dev/sdb", "M ()"))).isEmpty();
        assertThat(disks.sourcesInDom0()).containsExactly("/dev/sdc", "/dev/sdb", "/dev/sdb");
    }

    @Test
    void aFileIsFoundByTheDescriptionOfItsLoopDevice() {
        AttachedDisks disks = of(new VmDisks("work", List.of(disk(LiveDisk.FILE, "/a/\u00e9.img", "usbvm", "xvdi"))));

        assertThat(disks.holder(device("usbvm", "/dev/loop0", "/a/\u00e9.img"))).isPresent();
        assertThat(disks.holder(device("usbvm", "/dev/loop0", "/a/\u00e9.img (deleted)")))
                .isPresent();
        assertThat(disks.holder(device("usbvm", "/dev/loop0", "/a/e.img"))).isEmpty();
        assertThat(disks.holder(device("usbvm", "/a/\u00e9.img", "/a/\u00e9.img")))
                .isPresent();
    }

    @Test
    void aNodeIsNotFoundByADescription() {
        AttachedDisks disks = of(new VmDisks("work", List.of(disk(LiveDisk.BLOCK, "/dev/sdc", "usbvm", "xvdi"))));

        assertThat(disks.holder(device("usbvm", "/dev/sdb", "/dev/sdc"))).isEmpty();
    }

    @Test
    void emptyDrivesAndUnknownTypesMatchNothing() {
        AttachedDisks disks = of(new VmDisks(
                "work", List.of(block(null, "xvdd"), block("", "xvde"), disk("network", "/dev/sdb", null, "xvdf"))));

        assertThat(disks.holder(device("dom0", "/dev/sdb", ""))).isEmpty();
        assertThat(disks.ofUnknownType()).extracting(Attachment::frontend).containsExactly("xvdf");
    }

    @Test
    void theWholeDiskOverlapsItsPartitionsOnly() {
        Attachment partition = new Attachment("work", disk(LiveDisk.BLOCK, "/dev/sda1", "usbvm", "xvdj"));
        Attachment whole = new Attachment("work", block("/dev/sdb", "xvdi"));

        assertThat(overlap(whole, "dom0", "/dev/sdb1")).isTrue();
        assertThat(overlap(whole, "dom0", "/dev/sdb")).isTrue();
        assertThat(overlap(whole, "usbvm", "/dev/sdb1"))
                .as("of another backend")
                .isFalse();
        assertThat(overlap(partition, "usbvm", "/dev/sda")).isTrue();
        assertThat(overlap(partition, "usbvm", "/dev/sda2")).isFalse();
        assertThat(overlap(new Attachment("work", block(null, "xvdd")), "dom0", "/dev/sdb"))
                .isFalse();
    }

    private static boolean overlap(Attachment attachment, String backend, String path) {
        return AttachedDisks.overlap(attachment, device(backend, path, "M"), DevicePlaces.BY_NAME);
    }
}
