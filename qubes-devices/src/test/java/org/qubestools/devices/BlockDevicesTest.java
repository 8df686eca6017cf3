package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.core.vmm.VmmTraits;

/** Lists, attaches and detaches in memory; the order of the checks is in the recorded cases. */
final class BlockDevicesTest {
    private final MemoryHost host =
            new MemoryHost().run("work").run("vault").run("usb").halt("old");
    private final BlockDevices devices = BlockDevices.of(host, HostRoots.real(), new Leaping());

    /** Time passes when it is waited for. */
    private static final class Leaping implements WaitTime {
        private long now;

        @Override
        public long millis() {
            return now;
        }

        @Override
        public void sleep(Duration time) {
            now += time.toMillis();
        }
    }

    @BeforeEach
    void publish() {
        host.publish("usb", "sda", "a stick (DATA)", "w");
        host.publish("usb", "sda1", "a stick (DATA)", "w");
        host.publish("usb", "sr0", "a disc ()", "r");
        host.publish(PublishingVm.DOM0, "sdb", "a disk ()", "w");
    }

    private BlockDevice device(String name) {
        return devices.find(new BlockDeviceRef("usb", name)).orElseThrow();
    }

    private FrontendName attach(String vm, String device, String frontend, String mode, boolean autoDetach) {
        return devices.attach(
                new AttachRequest(vm, device(device), AttachRequest.Kind.BLOCK, frontend, mode, autoDetach));
    }

    private static void assertRefused(DeviceError error, ThrowingCallable call) {
        assertThatExceptionOfType(DeviceException.class)
                .isThrownBy(call)
                .satisfies(refused -> assertThat(refused.error()).isEqualTo(error));
    }

    @Test
    void allDevicesAreListedWithWhoHasThem() {
        attach("work", "sda1", null, null, true);

        BlockListing listing = devices.list(false);

        assertThat(listing.devices().stream()
                        .map(listed -> listed.device().ref() + " "
                                + listed.attachment().map(Attachment::vm).orElse("-")))
                .containsExactly("dom0:sdb -", "usb:sda -", "usb:sda1 work", "usb:sr0 -");
        assertThat(listing.complaints()).isEmpty();
        assertThat(devices.list("usb", false).devices()).hasSize(3);
        assertThat(devices.list("old", false).devices()).isEmpty();
        assertThat(devices.find(new BlockDeviceRef("usb", "sdz"))).isEmpty();
    }

    @Test
    void aStrangeEntryIsComplainedOf() {
        host.publish("usb", "SDX", "bad", "w");

        assertThat(devices.list(false).complaints()).singleElement().asString().contains("SDX", "usb");
    }

    @Test
    void theFirstFreeNameIsTakenAndTheVmIsTold() {
        assertThat(attach("work", "sda1", null, null, true)).hasToString("xvdi");
        assertThat(attach("work", "sr0", null, null, true)).hasToString("xvdj");

        assertThat(host.disksOf("work")).containsExactly("usb:/dev/sda1 as xvdi", "usb:/dev/sr0 as xvdj ro");
        assertThat(host.announced()).containsExactly("work", "work");
    }

    @Test
    void aNameThatSomebodyElseTookIsNotTheEnd() {
        host.steal("xvdi");

        assertThat(attach("work", "sda1", null, null, true)).hasToString("xvdj");
        host.steal("xvdz");
        assertRefused(DeviceError.FRONTEND_BUSY, () -> attach("work", "sr0", "xvdz", null, true));
    }

    @Test
    void aHeldDeviceMovesOnRequestOnly() {
        attach("work", "sda1", null, null, true);

        assertRefused(DeviceError.ALREADY_ATTACHED, () -> attach("vault", "sda1", null, null, false));
        assertThat(attach("vault", "sda1", null, null, true)).hasToString("xvdi");
        assertThat(attach("vault", "sda1", null, null, true)).hasToString("xvdi"); // its own name is free by then

        assertThat(host.disksOf("work")).isEmpty();
        assertThat(host.disksOf("vault")).containsExactly("usb:/dev/sda1 as xvdi");
        assertThat(host.announced()).containsExactly("work", "work", "vault", "vault", "vault");
    }

    @Test
    void aDiskAndItsPartitionDoNotGoTogether() {
        attach("work", "sda1", null, null, true);

        assertRefused(DeviceError.OVERLAP, () -> attach("vault", "sda", null, null, true));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertRefused(DeviceError.DOM0_TARGET, () -> attach("dom0", "sda", null, null, true));
        assertRefused(DeviceError.SELF_ATTACH, () -> attach("usb", "sda", null, null, true));
        assertRefused(DeviceError.VM_NOT_RUNNING, () -> attach("old", "sda", null, null, true));
        assertRefused(DeviceError.INVALID_MODE, () -> attach("work", "sda", null, "x", true));
        assertRefused(DeviceError.READ_ONLY_DEVICE, () -> attach("work", "sr0", null, "w", true));
        assertRefused(DeviceError.INVALID_FRONTEND, () -> attach("work", "sda", "sdb", null, true));
        host.give("work", "dom0", "/var/lib/qubes/appvms/work/root.img", "xvdi");
        assertRefused(DeviceError.FRONTEND_BUSY, () -> attach("work", "sda", "xvdi", null, true));
        assertThat(host.announced()).isEmpty();
    }

    @Test
    void aDeviceOfAVmThatStoppedIsNotAttached() {
        BlockDevice stick = device("sda");
        host.stop("usb");

        assertRefused(
                DeviceError.VM_NOT_RUNNING,
                () -> devices.attach(new AttachRequest("work", stick, AttachRequest.Kind.BLOCK, null, null, true)));
        assertThat(host.disksOf("work")).isEmpty();
    }

    @Test
    void aDriverThatKnowsDom0OnlyIsAskedForNothingElse() {
        host.driver(VmmTraits.QEMU);

        assertRefused(DeviceError.UNSUPPORTED_BACKEND, () -> attach("work", "sda", null, null, true));
        for (String path : List.of("/dev/null", "/etc/hostname", "/dev/nonexistent/disk")) {
            BlockDevice none = AttachRequest.file(PublishingVm.DOM0, path, HostPaths.REAL);
            assertRefused(
                    DeviceError.NOT_A_BLOCK_DEVICE,
                    () -> devices.attach(new AttachRequest("work", none, AttachRequest.Kind.BLOCK, null, null, true)));
        }
        assertThat(host.disksOf("work")).isEmpty();
    }

    @Test
    void aFileIsAttachedAsAFileOfItsVm(@TempDir Path directory) throws IOException {
        Path image = Files.writeString(directory.resolve("a.img"), "data");
        BlockDevice own = AttachRequest.file(PublishingVm.DOM0, image.toString(), HostPaths.REAL);
        BlockDevice foreign = AttachRequest.file("usb", "/home/user/a.img", HostPaths.REAL);

        devices.attach(new AttachRequest("work", own, AttachRequest.Kind.FILE, null, null, true));
        devices.attach(new AttachRequest("work", foreign, AttachRequest.Kind.FILE, null, "r", true));
        attach("work", "sda1", null, null, true);

        assertThat(host.disks("work").orElseThrow())
                .extracting(LiveDisk::type)
                .containsExactly(LiveDisk.FILE, LiveDisk.FILE, LiveDisk.BLOCK);
        assertThat(host.disksOf("work").subList(0, 2))
                .containsExactly("dom0:" + own.path() + " as xvdi", "usb:/home/user/a.img as xvdj ro");
    }

    @Test
    void aDiscInAnHvmIsWhereFirmwareSeesIt() {
        host.beHvm("work");

        assertThat(attach("work", "sr0", null, null, true)).hasToString("xvdd");
        assertThat(attach("work", "sda1", null, null, true)).hasToString("xvdi");
        assertThat(attach("vault", "sr0", null, null, true)).hasToString("xvdi");
    }

    @Test
    void aRefusalOfTheDriverForAnotherReasonEndsTheAttempts() {
        host.refuse();

        assertThatExceptionOfType(QubesException.class)
                .isThrownBy(() -> attach("work", "sda1", null, null, true))
                .withMessageContaining("no such thing");
        assertThat(host.announced()).isEmpty();
    }

    @Test
    void allNamesCanBeTaken() {
        for (char c = 'a'; c <= 'z'; c++) {
            host.give("work", "dom0", "/dev/x" + c, "xvd" + c);
        }

        assertRefused(DeviceError.NO_FREE_FRONTEND, () -> attach("work", "sda", null, null, true));
    }

    @Test
    void aFileThatIsNotThereIsNotAttached() {
        BlockDevice file = AttachRequest.file("dom0", "/nonexistent/image", HostPaths.REAL);

        assertRefused(
                DeviceError.NO_SUCH_FILE,
                () -> devices.attach(new AttachRequest("work", file, AttachRequest.Kind.FILE, null, null, true)));
    }

    @Test
    void oneDiskGoesOrAll() {
        attach("work", "sda1", null, null, true);
        attach("work", "sr0", null, null, true);
        host.give("work", "dom0", "/var/lib/qubes/appvms/work/private.img", "xvdb");

        assertThat(devices.detach("work", "xvdz")).isFalse();
        assertThat(devices.detach("work", "xvdi")).isTrue();
        assertRefused(DeviceError.SYSTEM_DISK, () -> devices.detach("work", "xvdb"));
        assertThat(devices.detachAll("work")).isEqualTo(List.of("xvdj"));

        assertThat(host.disksOf("work")).containsExactly("dom0:/var/lib/qubes/appvms/work/private.img as xvdb");
        assertRefused(DeviceError.VM_NOT_RUNNING, () -> devices.detachAll("old"));
    }

    @Test
    void aGuestThatDoesNotLetGoIsWaitedForNotForEver() {
        attach("work", "sda1", null, null, true);
        host.keep("xvdi");

        assertRefused(DeviceError.DETACH_TIMEOUT, () -> devices.detach("work", "xvdi"));
        assertThat(host.announced()).containsExactly("work");
    }

    @Test
    void whatIsNotTheSameAnyMoreWhenItsTurnComesStays() {
        host.run("third").run("fourth");
        for (String vm : List.of("vault", "third", "fourth")) {
            host.give(vm, "usb", "/dev/sda1", "xvdi");
        }
        host.whileDetaching(() -> {
            host.whileDetaching(() -> {});
            host.requestDetach("third", "xvdi");
            host.give("third", "usb", "/dev/sdq", "xvdi");
            host.stop("fourth");
        });

        assertThat(attach("work", "sda1", null, null, true)).hasToString("xvdi");

        assertThat(host.disksOf("vault")).isEmpty();
        assertThat(host.disksOf("third")).containsExactly("usb:/dev/sdq as xvdi");
        List<Attachment> seen = devices.holders(device("sda1"));
        host.requestDetach("work", "xvdi");
        host.give("work", "usb", "/dev/sdq", "xvdi");
        assertThat(devices.detach(seen.get(0))).isFalse();
        assertThat(host.disksOf("work")).containsExactly("usb:/dev/sdq as xvdi");
    }

    @Test
    void nobodyLosesADiskThatAnotherHolderKeeps() {
        host.give("vault", "usb", "/dev/sda1", "xvdi");
        host.run("third").give("third", "usb", "/dev/sda1", "xvdb");

        assertRefused(DeviceError.SYSTEM_DISK, () -> attach("work", "sda1", null, null, true));

        assertThat(host.disksOf("vault")).containsExactly("usb:/dev/sda1 as xvdi");
    }
}
