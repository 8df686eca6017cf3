package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;

/** Loop devices of ours on a host in memory. */
final class LoopFilesTest {
    private static final String IMAGE = "/home/u/a.img";
    private static final String OTHER = "/home/u/b.img";

    private final MemoryHost host = new MemoryHost().run("work").run("vault").halt("old");
    private final List<String> warnings = new ArrayList<>();

    @TempDir
    private Path root;

    private Path folder;
    private FakeLosetup losetup;
    private LoopFiles loops;

    @BeforeEach
    void layOut() throws IOException {
        folder = root.resolve("run/loop-devices");
        losetup = new FakeLosetup(root);
        losetup.partitions(IMAGE, 1, 2);
        losetup.partitions(OTHER, 1);
        loops = open(true);
    }

    /** As a program of its own would have it. */
    private LoopFiles open(boolean asRoot) {
        SysfsReader sysfs = new SysfsReader(losetup.roots(), losetup);
        BlockDevices devices = new BlockDevices(host, new Local(sysfs), new Paths(sysfs), WaitTime.SYSTEM);
        return new LoopFiles(
                devices,
                new LoopFiles.Surroundings(path -> folder, losetup, Map.of(), asRoot, warnings::add),
                losetup.roots(),
                losetup);
    }

    private final class Local implements BlockDevices.LocalDevices {
        private final SysfsReader sysfs;

        Local(SysfsReader sysfs) {
            this.sysfs = sysfs;
        }

        @Override
        public Listing<LocalDevice> scan(Collection<String> attached, boolean showSystemDisks) {
            return new LocalScan(losetup.roots(), losetup, drive -> true, showSystemDisks).scan(attached);
        }

        @Override
        public DevicePlaces places() {
            return DevicePlaces.of(sysfs);
        }
    }

    /** All files are there. */
    private record Paths(SysfsReader sysfs) implements HostPaths {
        @Override
        public boolean exists(String path) {
            return !path.contains("nothing");
        }

        @Override
        public boolean isBlockDevice(String path) {
            return path.startsWith("/dev/");
        }

        @Override
        public String canonical(String path) {
            return path;
        }

        @Override
        public Optional<FileExtent> fileBehind(String path) {
            return sysfs.byPath(path).flatMap(sysfs::fileBehind);
        }

        @Override
        public boolean isSame(String one, String other) {
            return one.equals(other);
        }
    }

    private AttachRequest file(String vm, String path, String mode, boolean autoDetach) {
        return new AttachRequest(
                vm, AttachRequest.file("dom0", path, new Paths(null)), AttachRequest.Kind.FILE, null, mode, autoDetach);
    }

    private String attach(String vm, String path, int partition) {
        LoopFiles.Attached attached = loops.attach(file(vm, path, null, true), partition);
        return attached.device().ref() + " " + attached.frontend();
    }

    private List<String> records() throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private String record(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    private void assertNothingIsLeft() throws IOException {
        assertThat(losetup.bound()).isEmpty();
        assertThat(records()).isEmpty();
        assertThat(warnings).isEmpty();
    }

    private static void assertRefused(DeviceError error, ThrowingCallable call) {
        assertThatExceptionOfType(DeviceException.class)
                .isThrownBy(call)
                .satisfies(refused -> assertThat(refused.error()).isEqualTo(error));
    }

    private List<String> clean(boolean dryRun) {
        return loops.clean(dryRun).loops().stream()
                .map(loop -> loop.record().loop() + " " + loop.state().word()
                        + loop.holder()
                                .map(holder -> " " + holder.vm() + " " + holder.frontend())
                                .orElse("")
                        + (loop.cleared() ? " cleared" : ""))
                .toList();
    }

    @Test
    void aPartitionGoesIntoAVmAndItsLoopDeviceWhenItIsDetached() throws IOException {
        assertThat(attach("work", IMAGE, 2)).isEqualTo("dom0:loop0p2 xvdi");

        assertThat(host.disksOf("work")).containsExactly("dom0:/dev/loop0p2 as xvdi");
        assertThat(host.announced()).containsExactly("work");
        assertThat(losetup.lines()).containsExactly("losetup --find", "losetup --partscan /dev/loop0 " + IMAGE);
        assertThat(record("loop0"))
                .isEqualTo("{\"device\":\"loop0\",\"file\":\"" + IMAGE + "\",\"partition\":2,\"vm\":\"work\","
                        + "\"frontend\":\"xvdi\",\"boot\":\"first\",\"inode\":\"\",\"sequence\":41}\n");

        assertThat(loops.devices().detach("work", "xvdi")).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void allOfAVmGoesWithItsLoopDevices() throws IOException {
        attach("work", IMAGE, 1);
        attach("work", OTHER, 1);
        assertThat(records()).containsExactly("loop0", "loop1");

        assertThat(loops.devices().detachAll("work")).containsExactly("xvdi", "xvdj");
        assertNothingIsLeft();
    }

    @Test
    void theRecordIsThereBeforeTheDeviceAndKnowsTheVmBeforeThat() throws IOException {
        List<String> seen = new ArrayList<>();
        losetup.watch(() -> seen.add(records() + ""));
        host.watch(() -> seen.add(record("loop0")));

        attach("work", IMAGE, 1);

        assertThat(seen).hasSize(3).startsWith("[]", "[loop0]");
        assertThat(seen.get(2)).contains("\"frontend\":\"xvdi\"");
    }

    @Test
    void whereTheKernelKnowsNoTableItIsTold() {
        losetup.withoutParser();

        assertThat(attach("work", IMAGE, 2)).isEqualTo("dom0:loop0p2 xvdi");
        assertThat(losetup.lines()).endsWith("partx --add --nr 2 /dev/loop0");
    }

    @Test
    void whoIsNotRootAsksSudo() {
        loops = open(false);
        attach("work", IMAGE, 1);

        assertThat(losetup.lines()).allMatch(line -> line.startsWith("sudo -n -- losetup "));
    }

    @Test
    void whatTheVmMayOnlyReadIsBoundSo() {
        loops.attach(file("work", IMAGE, "r", true), 1);

        assertThat(losetup.lines()).endsWith("losetup --partscan --read-only /dev/loop0 " + IMAGE);
        assertThat(host.disksOf("work")).containsExactly("dom0:/dev/loop0p1 as xvdi ro");
    }

    @Test
    void aDeviceThatAnotherProgramTakesIsNotOurs() throws IOException {
        losetup.steal(2);

        assertThat(attach("work", IMAGE, 1)).isEqualTo("dom0:loop2p1 xvdi");
        assertThat(records()).containsExactly("loop2");

        losetup.steal(100);
        assertThatThrownBy(() -> attach("work", OTHER, 1)).hasMessageContaining("other programs take all loop devices");
        assertThat(records()).containsExactly("loop2");
    }

    @Test
    void whatFailsLeavesNothing() throws IOException {
        assertRefused(DeviceError.INVALID_DEVICE, () -> attach("work", IMAGE, 3));
        assertNothingIsLeft();
        for (int i = 0; i < 4; i++) {
            host.steal("xvd" + (char) ('i' + i));
        }
        assertRefused(DeviceError.FRONTEND_BUSY, () -> attach("work", IMAGE, 1));
        assertNothingIsLeft();
        losetup.failing("losetup: cannot find an unused loop device: Permission denied\n");
        assertThatExceptionOfType(QubesException.class)
                .isThrownBy(() -> attach("work", IMAGE, 1))
                .withMessageEndingWith("losetup: cannot find an unused loop device: Permission denied");
        assertNothingIsLeft();
    }

    @Test
    void whatIsRefusedIsRefusedBeforeALoopDeviceIsMade() {
        assertRefused(DeviceError.VM_NOT_RUNNING, () -> attach("old", IMAGE, 1));
        assertRefused(DeviceError.DOM0_TARGET, () -> attach("dom0", IMAGE, 1));
        assertRefused(DeviceError.NO_SUCH_FILE, () -> attach("work", "/nothing", 1));
        assertRefused(DeviceError.INVALID_MODE, () -> loops.attach(file("work", IMAGE, "x", true), 1));
        BlockDevice remote = AttachRequest.file("vault", IMAGE, new Paths(null));
        assertRefused(
                DeviceError.UNSUPPORTED_BACKEND,
                () -> loops.attach(new AttachRequest("work", remote, AttachRequest.Kind.FILE, null, null, true), 1));
        assertThat(losetup.lines()).isEmpty();
    }

    @Test
    void theSamePartitionMovesAndTheOldDeviceGoes() throws IOException {
        attach("work", IMAGE, 1);

        assertRefused(DeviceError.ALREADY_ATTACHED, () -> loops.attach(file("vault", IMAGE, null, false), 1));
        assertThat(losetup.bound()).containsOnlyKeys(0);
        assertThat(attach("vault", IMAGE, 1)).isEqualTo("dom0:loop1p1 xvdi");

        assertThat(host.disksOf("work")).isEmpty();
        assertThat(losetup.bound()).containsOnlyKeys(1);
        assertThat(records()).containsExactly("loop1");
    }

    @Test
    void aDeviceOfOursThatMovesByItsNameStays() throws IOException {
        attach("work", IMAGE, 1);
        BlockDevice device = loops.devices()
                .findToAttach(new BlockDeviceRef("dom0", "loop0p1"))
                .orElseThrow();

        loops.devices().attach(new AttachRequest("vault", device, AttachRequest.Kind.BLOCK, "xvdk", null, true));

        assertThat(host.disksOf("vault")).containsExactly("dom0:/dev/loop0p1 as xvdk");
        assertThat(record("loop0")).contains("\"vm\":\"vault\",\"frontend\":\"xvdk\"");
    }

    @Test
    void twoPartitionsOfOneImageGoTogetherTheImageDoesNot() {
        attach("work", IMAGE, 1);
        assertThat(attach("vault", IMAGE, 2)).isEqualTo("dom0:loop1p2 xvdi");

        assertRefused(DeviceError.OVERLAP, () -> loops.devices().attach(file("vault", IMAGE, null, true)));
        assertRefused(DeviceError.OVERLAP, () -> loops.devices().findToAttach(new BlockDeviceRef("dom0", "loop0")));
    }

    @Test
    void theImageInAVmKeepsItsPartitionsAway() throws IOException {
        loops.devices().attach(file("work", IMAGE, null, true));

        assertThatExceptionOfType(DeviceException.class)
                .isThrownBy(() -> attach("vault", IMAGE, 1))
                .withMessageContaining("shares data with a disk of VM 'work' as 'xvdi'")
                .satisfies(refused -> assertThat(refused.error()).isEqualTo(DeviceError.OVERLAP));
        assertNothingIsLeft();
    }

    @Test
    void whatVmsLeaveWhenTheyStopIsListedAndReleased() throws IOException {
        attach("work", IMAGE, 1);
        attach("vault", OTHER, 1);
        host.stop("work");

        assertThat(clean(true)).containsExactly("loop0 unused", "loop1 in_use vault xvdi");
        assertThat(losetup.bound()).hasSize(2);
        assertThat(clean(false)).containsExactly("loop0 unused cleared", "loop1 in_use vault xvdi");
        assertThat(losetup.bound()).containsOnlyKeys(1);
        assertThat(clean(false)).containsExactly("loop1 in_use vault xvdi");
    }

    @Test
    void whatIsNotOursAnyMoreIsForgottenAndLeftAlone() throws IOException {
        attach("work", IMAGE, 1);
        host.stop("work");
        losetup.release(0);
        losetup.bindAs(0, IMAGE); // the same file, by somebody else

        assertThat(clean(true)).containsExactly("loop0 gone");
        assertThat(clean(false)).containsExactly("loop0 gone cleared");
        assertThat(losetup.bound()).containsOnlyKeys(0);
        assertThat(records()).isEmpty();
    }

    @Test
    void aDeviceOfOursStaysOursWhenItsFileGetsAnotherName() throws IOException {
        attach("work", IMAGE, 1);
        losetup.rename(0, "/home/user/renamed.img");

        assertThat(clean(false)).containsExactly("loop0 in_use work xvdi");
        assertThat(loops.find(IMAGE, 1)).hasSize(1);
        assertThat(loops.find("/home/user/renamed.img", 1)).hasSize(1);
        assertThat(loops.devices().detach("work", "xvdi")).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void recordsOfAnotherRunOfTheKernelAreOfNoDevice() throws IOException {
        attach("work", IMAGE, 1);
        losetup.reboot("second");
        losetup.bindAs(0, IMAGE);

        assertThat(clean(false)).containsExactly("loop0 gone cleared");
        assertThat(losetup.bound()).containsOnlyKeys(0);
    }

    @Test
    void whatTheHostUsesIsNotReleased() throws IOException {
        attach("work", IMAGE, 1);
        host.stop("work");
        Files.writeString(
                losetup.roots().proc().resolve("self/mountinfo"), "30 1 259:1 / /mnt rw - ext4 /dev/loop0p1 rw\n");

        assertThat(clean(false)).containsExactly("loop0 in_use");
        Files.writeString(losetup.roots().proc().resolve("self/mountinfo"), "");
        losetup.open(0);
        assertThat(clean(false)).containsExactly("loop0 unused");
        assertThat(records()).containsExactly("loop0");
    }

    @Test
    void aRunThatWasKilledBeforeItBoundTheDeviceLeavesARecordOnly() throws IOException {
        Files.createDirectories(folder);
        String planned = new LoopRecord("loop0", IMAGE, 1, "work", null, "first", "", -1).text();
        Files.writeString(folder.resolve("loop0"), planned);
        assertThat(clean(true)).containsExactly("loop0 gone");

        losetup.bindAs(0, IMAGE); // or after it
        assertThat(clean(false)).containsExactly("loop0 unused cleared");
        assertNothingIsLeft();
    }

    /** A run is killed once the device is bound; its record is what it was when losetup was called. */
    private void killedBeforeItNotesTheBinding(Path image) throws IOException {
        List<String> records = new ArrayList<>();
        losetup.partitions(image.toString(), 1);
        losetup.watch(() -> records.add(records().isEmpty() ? "" : record("loop0")));
        attach("work", image.toString(), 1);
        losetup.watch(() -> {});
        host.stop("work");
        assertThat(records.get(1)).contains("\"sequence\":-1");
        Files.writeString(folder.resolve("loop0"), records.get(1));
        host.run("work");
    }

    @Test
    void aRunThatWasKilledBeforeItNotedTheBindingLeavesADeviceThatIsFound() throws IOException {
        killedBeforeItNotesTheBinding(Files.createFile(root.resolve("a.img")));

        assertThat(clean(true)).containsExactly("loop0 unused");
        assertThat(clean(false)).containsExactly("loop0 unused cleared");
        assertNothingIsLeft();
    }

    @Test
    void alsoWhenItsFileHasGotAnotherNameOrIsGone() throws IOException {
        Path renamed = root.resolve("renamed.img");
        killedBeforeItNotesTheBinding(Files.createFile(root.resolve("a.img")));
        Files.move(root.resolve("a.img"), renamed);
        losetup.rename(0, renamed.toString());
        assertThat(clean(false)).containsExactly("loop0 unused cleared");
        assertNothingIsLeft();

        Path deleted = Files.createFile(root.resolve("b.img"));
        killedBeforeItNotesTheBinding(deleted);
        Files.delete(deleted);
        losetup.rename(0, deleted + " (deleted)");
        assertThat(clean(false)).containsExactly("loop0 unused cleared");
        assertNothingIsLeft();
    }

    @Test
    void anotherFileOfThatNameIsNotOurs() throws IOException {
        Path image = Files.createFile(root.resolve("a.img"));
        killedBeforeItNotesTheBinding(image);
        Files.move(image, root.resolve("old.img"));
        Files.createFile(image);
        losetup.release(0);
        losetup.bindAs(0, image.toString()); // by somebody else

        assertThat(clean(false)).containsExactly("loop0 gone cleared");
        assertThat(losetup.bound()).containsOnlyKeys(0);
        assertThat(records()).isEmpty();
    }

    @Test
    void whatAKilledRunBoundIsReleasedByTheNextThatTakesItsPlace() throws IOException {
        killedBeforeItNotesTheBinding(Files.createFile(root.resolve("a.img")));

        assertThat(attach("work", IMAGE, 1)).isEqualTo("dom0:loop1p1 xvdi");
        assertThat(loops.devices().detach("work", "xvdi")).isTrue();
        assertThat(clean(false)).containsExactly("loop0 unused cleared");
        assertNothingIsLeft();
    }

    @Test
    void whatIsNoRecordIsNamedAndStays() throws IOException {
        Files.createDirectories(folder);
        losetup.bindAs(0, IMAGE);
        List<String> bad = List.of(
                "",
                "loop0",
                "{\"device\":\"loop1\",\"file\":\"/a\",\"vm\":\"work\",\"partition\":1}",
                "{\"device\":\"loop0\",\"file\":\"a\",\"vm\":\"work\",\"partition\":1}",
                "{\"device\":\"loop0\",\"file\":\"/a\",\"vm\":\"work\",\"partition\":999}");
        for (String text : bad) {
            Files.writeString(folder.resolve("loop0"), text);
            LoopFiles.Leftovers leftovers = loops.clean(false);
            assertThat(leftovers.loops()).as(text).isEmpty();
            assertThat(leftovers.complaints()).singleElement().asString().contains("loop-devices/loop0 is no record");
        }
        Files.move(folder.resolve("loop0"), folder.resolve("sda"));
        assertThat(loops.clean(false).complaints()).singleElement().asString().contains("/sda is no record");
        assertThat(losetup.bound()).containsOnlyKeys(0);
    }

    @Test
    void aDeviceOfSomebodyElseStaysWhenItIsDetached() throws IOException {
        attach("vault", OTHER, 1);
        losetup.bindAs(5, IMAGE);
        host.give("work", "dom0", "/dev/loop5", "xvdi");

        assertThat(loops.devices().detach("work", "xvdi")).isTrue();
        assertThat(losetup.bound()).containsOnlyKeys(0, 5);
    }

    @Test
    void nothingIsReadOrMadeWhereNoLoopDeviceWasEverMade() {
        host.give("work", "dom0", "/dev/loop5", "xvdi");
        loops.devices().detach("work", "xvdi");

        assertThat(clean(false)).isEmpty();
        assertThat(folder).doesNotExist();
    }
}
