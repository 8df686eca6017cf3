package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reader and the scan over trees of files; nodes are a table. */
final class SysfsReaderTest {
    private final Map<String, DeviceNumber> nodes = new HashMap<>();
    private final Set<String> empty = new HashSet<>();

    @TempDir
    private Path root;

    private HostRoots roots;

    @BeforeEach
    void layOut() throws IOException {
        roots = HostRoots.below(root);
        Files.createDirectories(roots.sys().resolve("class/block"));
        Files.createDirectories(roots.sys().resolve("dev/block"));
        Files.createDirectories(roots.proc().resolve("self"));
        Files.createDirectories(roots.udev());
    }

    private SysfsReader reader() {
        return new SysfsReader(roots, path -> Optional.ofNullable(nodes.get(path)));
    }

    private Listing<LocalDevice> scan(String... attached) {
        return new LocalScan(
                        roots,
                        path -> Optional.ofNullable(nodes.get(path)),
                        drive -> !empty.contains(drive.kernelName()),
                        false)
                .scan(List.of(attached));
    }

    private Map<String, ListReason> refused(String... attached) {
        Map<String, ListReason> reasons = new HashMap<>();
        scan(attached).refused().forEach(refused -> reasons.put(refused.untrustedName(), refused.reason()));
        return reasons;
    }

    private List<String> listed(String... attached) {
        return scan(attached).devices().stream()
                .map(device -> device.device().name())
                .toList();
    }

    /** A disk of 100 sectors below the path of the devices, or a partition below that of a disk. */
    private Path device(String path, String number) throws IOException {
        Path directory = root.resolve("sys/devices").resolve(path);
        Files.createDirectories(directory.resolve("holders"));
        String name = directory.getFileName().toString();
        Files.createSymbolicLink(roots.sys().resolve("class/block").resolve(name), directory);
        Files.createSymbolicLink(roots.sys().resolve("dev/block").resolve(number), directory);
        file(directory, "dev", number + "\n");
        file(directory, "size", "100\n");
        file(directory, "ro", "0\n");
        nodes.put("/dev/" + name.replace('!', '/'), DeviceNumber.parse(number).orElseThrow());
        return directory;
    }

    private Path partition(String path, String number) throws IOException {
        Path directory = device(path, number);
        file(directory, "partition", "1\n");
        return directory;
    }

    private static void file(Path directory, String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aPartitionHasItsOwnModeAndItsDisksModel() throws IOException {
        Path disk = device("sda", "8:0");
        file(disk, "device/model", "  Cruzer\tBlade  \n");
        file(partition("sda/sda2", "8:2"), "ro", "1\n");
        partition("sda/sda10", "8:10");

        SysfsBlock block = reader().byName("sda2").orElseThrow();

        assertThat(block.parent()).isEqualTo("sda");
        assertThat(block.readOnly()).isTrue();
        assertThat(block.bytes()).isEqualTo(51200);
        assertThat(block.untrustedModel().printable()).isEqualTo("Cruzer_Blade");
        assertThat(reader().byName("sda").orElseThrow().readOnly()).isFalse();
        assertThat(reader().partitions("sda")).containsExactly("sda2", "sda10");
        assertThat(reader().partitions("sdb")).isEmpty();
        assertThat(reader().partitions("..")).isEmpty();
    }

    @Test
    void aPathIsFollowedByItsNumber() throws IOException {
        device("etherd!e1.0", "152:0");
        nodes.put("/dev/disk/by-id/x", new DeviceNumber(152, 0));

        assertThat(reader().byPath("/dev/disk/by-id/x").orElseThrow().node()).isEqualTo("/dev/etherd/e1.0");
        assertThat(reader().byPath("/dev/other")).isEmpty();
        assertThat(reader().byName("../sda")).isEmpty();
        assertThat(reader().byName("")).isEmpty();
        assertThat(reader().byName("\u00e9")).isEmpty();
    }

    @Test
    void theNodeIsWhereTheEventSays() throws IOException {
        file(device("dm-0", "253:0"), "uevent", "MAJOR=253\nDEVNAME=mapped/zero\n");

        assertThat(reader().byName("dm-0").orElseThrow().node()).isEqualTo("/dev/mapped/zero");
    }

    @Test
    void oneNewlineOfABackingFileIsTheKernels() throws IOException {
        file(device("loop0", "7:0"), "loop/backing_file", "/a\nb\n (deleted)\n");
        file(device("loop1", "7:1"), "loop/backing_file", "/a\n\n");
        device("loop2", "7:2");

        assertThat(reader().byName("loop0").orElseThrow().backingFile())
                .isEqualTo(ByteText.ofUtf8("/a\nb\n (deleted)"));
        assertThat(reader().byName("loop1").orElseThrow().backingFile()).isEqualTo(ByteText.ofUtf8("/a\n"));
        assertThat(reader().byName("loop2").orElseThrow().backingFile()).isNull();
        assertThat(scan().devices().get(0).device().description()).isEqualTo("/a_b_ (deleted)");
    }

    @Test
    void withoutSysfsThereIsNothing() {
        HostRoots none = HostRoots.below(root.resolve("none"));

        assertThat(new SysfsReader(none, NodeNumbers.below(none.dev())).names()).isEmpty();
    }

    @Test
    void oddEntriesHideNoOther() throws IOException {
        Path sda = device("sda", "8:0");
        Files.delete(device("sdb", "8:16").resolve("dev"));
        file(device("sdc", "8:32"), "size", "much\n");
        Path hidden = device("nvme0c0n1", "259:9");
        Files.delete(hidden.resolve("dev"));
        file(hidden, "hidden", "1\n");
        Files.createSymbolicLink(roots.sys().resolve("class/block/sdd"), root.resolve("gone"));
        file(sda, "device/model", "M");

        assertThat(listed()).containsExactly("sda");
        assertThat(refused())
                .containsEntry("sdb", ListReason.UNREADABLE)
                .containsEntry("sdc", ListReason.UNREADABLE)
                .containsEntry("sdd", ListReason.UNREADABLE)
                .containsEntry("nvme0c0n1", ListReason.HIDDEN);
    }

    @Test
    void whatIsInUseIsNotListed() throws IOException {
        device("sda", "8:0");
        partition("sda/sda1", "8:1");
        partition("sda/sda2", "8:2");
        Files.createDirectory(partition("sda/sda3", "8:3").resolve("holders/md0"));
        partition("sda/sda4", "8:4");
        file(roots.proc(), "self/mountinfo", """
                20 1 0:5 / /dev rw - devtmpfs udev rw
                25 1 8:1 / /a\\040b rw,relatime shared:1 - ext4 /dev/sda1 rw
                26 1 0:40 /@ / rw - btrfs /dev/other\\040name rw
                broken
                """);
        nodes.put("/dev/other name", new DeviceNumber(8, 2));
        file(roots.proc(), "swaps", """
                Filename\t\tType\t\tSize
                /dev/sda4                               partition\t1
                /swapfile                               file\t1
                """);

        assertThat(listed()).isEmpty();
        assertThat(refused())
                .containsEntry("sda1", ListReason.MOUNTED)
                .containsEntry("sda2", ListReason.MOUNTED)
                .containsEntry("sda3", ListReason.HELD)
                .containsEntry("sda4", ListReason.SWAP)
                .containsEntry("sda", ListReason.PARTITION_IN_USE);
    }

    @Test
    void relativesOfWhatIsAttachedAreNotListed() throws IOException {
        device("sda", "8:0");
        partition("sda/sda1", "8:1");
        partition("sda/sda2", "8:2");
        nodes.put("/dev/disk/by-id/x", new DeviceNumber(8, 0));

        assertThat(listed("/dev/sda")).containsExactly("sda");
        assertThat(refused("/dev/disk/by-id/x")).containsEntry("sda1", ListReason.PARENT_ATTACHED);
        assertThat(listed("/dev/sda1")).containsExactly("sda1", "sda2");
        assertThat(refused("/dev/sda1")).containsEntry("sda", ListReason.PARTITION_ATTACHED);
    }

    @Test
    void aFileThatIsAttachedStandsForItsLoopDevice() throws IOException {
        file(device("loop0", "7:0"), "loop/backing_file", "/home/u/\u00e9.img (deleted)\n");
        partition("loop0/loop0p1", "259:0");

        assertThat(refused("/home/u/\u00e9.img")).containsEntry("loop0p1", ListReason.PARENT_ATTACHED);
        assertThat(listed("/home/u/e.img")).containsExactly("loop0", "loop0p1");
    }

    @Test
    void emptyDrivesAndContainersAreNotListed() throws IOException {
        file(device("fd0", "2:0"), "size", "0\n");
        device("sr0", "11:0");
        file(device("sdb", "8:16"), "removable", "1\n");
        empty.add("sr0");
        empty.add("sdb");
        device("sda", "8:0");
        file(partition("sda/sda1", "8:1"), "size", "2\n");
        device("sr1", "11:1");

        assertThat(refused())
                .containsEntry("fd0", ListReason.NO_MEDIUM)
                .containsEntry("sr0", ListReason.NO_MEDIUM)
                .containsEntry("sdb", ListReason.NO_MEDIUM)
                .containsEntry("sda1", ListReason.EXTENDED_CONTAINER);
        assertThat(scan().devices())
                .extracting(device -> device.device().mode())
                .containsExactly(DeviceMode.READ_WRITE, DeviceMode.READ_ONLY);
    }

    /** The kernel keeps the partitions of a loop device that lost its file until somebody removes them. */
    @Test
    void partitionsOfAnEmptyDiskAreNotListed() throws IOException {
        file(device("loop1", "7:1"), "size", "0\n");
        partition("loop1/loop1p1", "259:0");

        assertThat(listed()).isEmpty();
        assertThat(refused()).containsEntry("loop1p1", ListReason.NO_MEDIUM);

        file(roots.proc(), "self/mountinfo", "22 1 259:0 / /mnt rw - ext4 /dev/loop1p1 rw\n");
        assertThat(refused()).containsEntry("loop1p1", ListReason.MOUNTED);
    }

    @Test
    void whatIsNoDiskIsNotListed() throws IOException {
        device("xvda", "202:0");
        device("ram0", "1:0");
        device("dm-0", "253:0");
        file(device("dm-1", "253:1"), "dm/name", "snapshot-fd00:1\n");
        file(device("dm-2", "253:2"), "dm/name", "home\n");
        file(device("loop0", "7:0"), "loop/backing_file", "/var/lib/qubes/appvms/a/private.img\n");
        file(device("loop1", "7:1"), "loop/backing_file", "/var/lib/qubesfoo.img\n");

        assertThat(listed()).containsExactly("dm-2", "loop1");
        assertThat(refused())
                .containsEntry("xvda", ListReason.XEN_FRONTEND)
                .containsEntry("ram0", ListReason.RAM_DISK)
                .containsEntry("dm-0", ListReason.SYSTEM_DM)
                .containsEntry("dm-1", ListReason.SYSTEM_DM)
                .containsEntry("loop0", ListReason.SYSTEM_DISK);
    }

    @Test
    void aDescriptionIsModelAndLabel() throws IOException {
        file(device("sda", "8:0"), "device/model", "Cruzer \u001b[2J\n");
        file(roots.udev(), "b8:0", "S:disk/by-id/x\nE:ID_FS_LABEL=DA\u001bTA\nE:ID_FS_LABEL_ENC=x\n");
        device("sdb", "8:16");

        assertThat(scan().devices())
                .extracting(device -> device.device().description())
                .containsExactly("Cruzer__[2J (DA_TA)", " ()");
        assertThat(scan().devices().get(0).facts().kernelName()).isEqualTo("sda");
    }

    @Test
    void udevTellsOfADiscWhereItKnows() throws IOException {
        device("sr0", "11:0");
        UdevNotes notes = new UdevNotes(roots);
        SysfsBlock drive = reader().byName("sr0").orElseThrow();

        assertThat(notes.hasMedium(drive)).as("no node that could be opened").isFalse();
        file(roots.udev(), "b11:0", "E:ID_CDROM=1\n");
        assertThat(notes.hasMedium(drive)).isFalse();
        file(roots.udev(), "b11:0", "E:ID_CDROM=1\nE:ID_CDROM_MEDIA=1\n");
        assertThat(notes.hasMedium(drive)).isTrue();
        Files.delete(roots.udev().resolve("b11:0"));
        file(roots.dev(), "sr0", "data");
        assertThat(notes.hasMedium(drive)).isTrue();
    }

    @Test
    void sysfsKnowsTheDiskOfAPartition() throws IOException {
        device("weird", "251:0");
        partition("weird/weird-part-one", "251:1");
        DevicePlaces places = DevicePlaces.of(reader());

        assertThat(places.overlap("/dev/weird", "/dev/weird-part-one")).isTrue();
        assertThat(places.overlap("/dev/weird", "/dev/sda")).isFalse();
        assertThat(places.overlap("/dev/sda", "/dev/sda1")).as("by name").isTrue();
        assertThat(DevicePlaces.BY_NAME.overlap("/dev/weird", "/dev/weird-part-one"))
                .isFalse();
    }

    @Test
    void onlyBlockDevicesBelowDevHaveNumbers() throws IOException {
        file(roots.dev(), "file", "");
        NodeNumbers real = NodeNumbers.below(roots.dev());

        assertThat(real.numberOf("/dev/file")).isEmpty();
        assertThat(real.numberOf("/dev/none")).isEmpty();
        assertThat(real.numberOf("/etc/passwd")).isEmpty();
        assertThat(real.numberOf("/dev/\0")).isEmpty();
    }
}
