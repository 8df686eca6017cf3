package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.DriverRefusal;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbPath;

/** {@code qvm-block}, with devices in {@code sys-net} and an attached disk in {@code work}. */
final class BlockToolTest extends LiveTest {
    @BeforeEach
    void startSome() throws Exception {
        startAll();
    }

    private void startAll() throws Exception {
        runs("sys-net", 1);
        runs("work", 3);
        runs("vault", 4);
        services.bringBackDatabase("dom0");
        publishes("dom0", "loop4095", "/home/u/a.img", "1048576", "w");
        publishes("sys-net", "sda", "Stick (DATA)", "1099511627776", "w");
        publishes("sys-net", "sda1", "Stick (DATA)", "1049600", "w");
        publishes("sys-net", "sr0", "CD ()", "2048", "r");
    }

    private void publishes(String vm, String name, String description, String size, String mode) throws Exception {
        try (QubesDb database = services.contentOf(vm)) {
            String key = "/qubes-block-devices/" + name;
            database.write(new QubesDbPath(key + "/desc"), description);
            database.write(new QubesDbPath(key + "/size"), size);
            database.write(new QubesDbPath(key + "/mode"), mode);
        }
    }

    private void has(String vm, String source, String backend, String target) {
        vmm.withDisk(vm, new LiveDisk(LiveDisk.BLOCK, "disk", source, backend, target, target, false, null));
    }

    private String announced(String vm) throws Exception {
        try (QubesDb database = services.contentOf(vm)) {
            return database.read(new QubesDbPath("/qubes-block-devices"))
                    .map(value -> "told")
                    .orElse("not told");
        }
    }

    /** All that was done; that databases were opened is of no interest. */
    private List<String> acts() {
        return steps.stream().filter(step -> !step.startsWith("qubesdb open")).toList();
    }

    private void assertUntouched(String commandLine, int code, String message) {
        List<String> before = acts();
        assertFails(commandLine, code, message);
        assertThat(acts()).isEqualTo(before);
    }

    @Test
    void devicesAreListedWithWhoHasThem() {
        has("work", "/dev/sda1", "sys-net", "xvdi");
        has("vault", "/home/u/a.img", "dom0", "xvdj");

        Outcome outcome = run("qvm-block");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo("""
                        dom0:loop4095\t/home/u/a.img 1024 KiB (attached to 'vault' as 'xvdj')
                        sys-net:sda\tStick (DATA) 1024 GiB
                        sys-net:sda1\tStick (DATA) 1 MiB (attached to 'work' as 'xvdi')
                        sys-net:sr0\tCD () 2 KiB
                        """);
        assertThat(run("qvm-block -l")).isEqualTo(outcome);
    }

    @Test
    void whatAVmWritesCannotReachTheTerminal() throws Exception {
        publishes("work", "sda", "\u001b[2Jx\u00e9", "1", "w");
        publishes("work", "SDA", "x", "1", "w");
        publishes("work", "sdb", "x", "9".repeat(40), "w");
        publishes("work", "sdc", "x\ny", "1", "w");
        publishes("work", "sdd", "x", "1", "rw");

        Outcome outcome = run("qvm-block");

        assertThat(outcome.out()).contains("work:sda\t_[2Jx__ 1 B\n").doesNotContain("work:sdb", "work:sdc");
        assertThat(outcome.err())
                .hasLineCount(4)
                .contains("'SDA' of VM 'work' is not listed", "'sdb'", "'sdc'", "'sdd'");
        assertThat(outcome.code()).isZero();
    }

    @Test
    void aDeviceIsAttachedAndTheVmIsTold() throws Exception {
        assertDone("qvm-block -a work sys-net:sda1");

        assertThat(acts())
                .containsExactly(
                        "libvirt attach disk work xvdi sys-net:/dev/sda1 w", "qubesdb write work /qubes-block-devices");
        assertThat(announced("work")).isEqualTo("told");
        assertThat(announced("vault")).isEqualTo("not told");
        assertThat(announced("sys-net")).isEqualTo("not told");
        assertThat(run("qvm-block").out()).contains("sda1\tStick (DATA) 1 MiB (attached to 'work' as 'xvdi')");
    }

    @Test
    void frontendAndModeAreAsWished() {
        assertDone("qvm-block -a -f xvdk --ro work sys-net:/dev/sda1");
        assertDone("qvm-block -a work sys-net:sr0");

        assertThat(acts())
                .containsExactly(
                        "libvirt attach disk work xvdk sys-net:/dev/sda1 r",
                        "qubesdb write work /qubes-block-devices",
                        "libvirt attach disk work xvdi sys-net:/dev/sr0 r",
                        "qubesdb write work /qubes-block-devices");
    }

    @Test
    void aDeviceLeavesTheVmThatHasIt() {
        has("vault", "/dev/sda1", "sys-net", "xvdl");

        assertFails(
                "qvm-block -a --no-auto-detach work sys-net:sda1",
                1,
                "device 'sys-net:sda1' is attached to VM 'vault' as 'xvdl'");
        assertDone("qvm-block -a work sys-net:sda1");

        assertThat(acts())
                .containsExactly(
                        "libvirt detach disk vault xvdl",
                        "qubesdb write vault /qubes-block-devices",
                        "libvirt attach disk work xvdi sys-net:/dev/sda1 w",
                        "qubesdb write work /qubes-block-devices");
    }

    @Test
    void aDiskAndItsPartitionAreNotAttachedAtOnce() {
        has("vault", "/dev/sda1", "sys-net", "xvdl");

        assertUntouched("qvm-block -a work sys-net:sda", 1, "shares data with a disk of VM 'vault' as 'xvdl'");
    }

    @Test
    void whatCannotBeAttachedIsRefused() {
        assertUntouched("qvm-block -a dom0 sys-net:sda", 1, "no device can be attached to dom0");
        assertUntouched("qvm-block -a sys-net sys-net:sda", 1, "belongs to that VM itself");
        assertUntouched("qvm-block -a personal sys-net:sda", 1, "VM 'personal' does not run");
        assertUntouched("qvm-block -a work -f xvd1 sys-net:sda", 1, "'xvd1' is no frontend name");
        assertUntouched("qvm-block -A work dom0:/nowhere/at/all.img", 1, "is not there, or cannot be read");
        has("work", "/dev/sdx", "dom0", "xvdk");
        assertUntouched("qvm-block -a work -f xvdk sys-net:sda", 1, "VM 'work' has a disk xvdk already");
    }

    @Test
    void aFullTableOfFrontendsIsTold() {
        for (char letter = 'a'; letter <= 'z'; letter++) {
            has("work", "/dev/x" + letter, "dom0", "xvd" + letter);
        }

        assertUntouched("qvm-block -a work sys-net:sda", 1, "every frontend name from xvda to xvdz is in use");
    }

    @Test
    void onQemuDevicesOfOtherVmsAreRefused() throws Exception {
        driver(VmmTraits.QEMU);
        startAll();

        assertUntouched("qvm-block -a work sys-net:sda", 1, "this driver knows disks of dom0 only");
        assertUntouched("qvm-block -a work dom0:loop4095", 1, "is no block device");
    }

    @Test
    void wrongWordsAreWrongUsage() {
        assertUntouched("qvm-block -a work sda", 2, "does not say which VM has it");
        assertUntouched("qvm-block -a work sys-net:", 2, "lacks the name");
        assertUntouched("qvm-block -A work dom0:a.img", 2, "does not begin with a slash");
        assertUntouched("qvm-block -a nobody sys-net:sda", 2, "no VM has the name 'nobody'");
        assertUntouched("qvm-block -a work nobody:sda", 2, "no VM has the name 'nobody'");
        assertUntouched("qvm-block -a work sys-net:sdq", 2, "there is no device 'sys-net:sdq'");
        assertUntouched("qvm-block -d sys-net:sdq", 2, "there is no device 'sys-net:sdq'");
        assertUntouched("qvm-block -a work", 2, "VM and BACKEND:DEVICE expected");
        assertUntouched("qvm-block -d", 2, "expected");
        assertUntouched("qvm-block work", 2, "'work' is no action; use list, attach or detach");
        assertUntouched("qvm-block -l -d work", 1, "only one of -l, -a, -A, -d");
        assertThat(tree.runAsRoot("qvm-block").err()).contains("refused to run as root");
    }

    @Test
    void disksAreDetached() throws Exception {
        has("work", "/var/lib/qubes/appvms/work/private.img", "dom0", "xvdb");
        has("work", "/dev/sda1", "sys-net", "xvdi");
        has("work", "/dev/sr0", "sys-net", "xvdj");
        has("work", "/home/u/a.img", "dom0", "xvdk");

        assertDone("qvm-block -d sys-net:sda1");
        assertDone("qvm-block -d work -f xvdj");
        assertDone("qvm-block -d work");

        assertThat(acts())
                .containsExactly(
                        "libvirt detach disk work xvdi",
                        "qubesdb write work /qubes-block-devices",
                        "libvirt detach disk work xvdj",
                        "qubesdb write work /qubes-block-devices",
                        "libvirt detach disk work xvdk",
                        "qubesdb write work /qubes-block-devices");
        assertThat(announced("work")).isEqualTo("told");
    }

    @Test
    void whatIsNotAttachedIsAWarning() {
        Outcome device = run("qvm-block -d sys-net:sda1");
        Outcome disk = run("qvm-block -d work -f xvdq");

        assertThat(device.code()).isZero();
        assertThat(device.err())
                .contains("'sys-net:sda1' is not attached to any VM")
                .hasLineCount(1);
        assertThat(disk.code()).isZero();
        assertThat(disk.err()).contains("VM 'work' has no disk 'xvdq'").hasLineCount(1);
        assertThat(acts()).isEmpty();
    }

    @Test
    void aDeviceThatIsNoLongerListedIsDetached() {
        has("work", "/dev/sdg", "sys-net", "xvdi");

        assertDone("qvm-block -d sys-net:sdg");

        assertThat(acts()).containsExactly("libvirt detach disk work xvdi", "qubesdb write work /qubes-block-devices");
    }

    @Test
    void systemDisksStay() {
        has("work", "/var/lib/qubes/appvms/work/root.img", "dom0", "xvda");

        assertUntouched("qvm-block -d work -f xvda", 1, "is one that it cannot be without");
        assertUntouched("qvm-block -d personal", 1, "VM 'personal' does not run");
    }

    @Test
    void aGuestThatHoldsItsDiskIsTold() throws Exception {
        has("work", "/dev/sda1", "sys-net", "xvdi");
        vmm.holdingDisk("work", "xvdi");

        assertFails("qvm-block -d work", 1, "disk xvdi of VM 'work': the VM has not let it go within 10 seconds");
        assertThat(announced("work")).isEqualTo("not told");
    }

    @Test
    void aPausedGuestOnQemuIsToldAtOnce() throws Exception {
        driver(VmmTraits.QEMU);
        startAll();
        domain("work", 3, DomainState.PAUSED);
        has("work", "/dev/loop7", "dom0", "vdi");

        assertUntouched("qvm-block -d work", 1, "the VM is paused, so it cannot let it go");
    }

    @Test
    void whatTheDriverRefusesIsToldInItsWords() {
        String call = "attach disk work xvdi sys-net:/dev/sda1 w";
        vmm.failingAt(call, new DriverRefusal(1, "internal error", null, null));
        assertFails("qvm-block -a work sys-net:sda1", 1, "internal error");

        vmm.failingAt(call, new DriverRefusal(9, "operation failed", null, null));
        assertFails("qvm-block -a work sys-net:sda1", 1, "operation failed");

        assertThat(acts()).containsExactly("libvirt " + call, "libvirt " + call);
    }

    @Test
    void whenAnotherProgramTakesTheNameTheNextOnesAreTried() {
        vmm.stealingTarget("work", "xvdi").stealingTarget("work", "xvdj");

        assertDone("qvm-block -a work sys-net:sda1");

        assertThat(acts())
                .containsExactly(
                        "libvirt attach disk work xvdi sys-net:/dev/sda1 w",
                        "libvirt attach disk work xvdj sys-net:/dev/sda1 w",
                        "libvirt attach disk work xvdk sys-net:/dev/sda1 w",
                        "qubesdb write work /qubes-block-devices");
    }

    @Test
    void noMoreThanThreeOtherNamesAreTried() {
        for (String name : List.of("xvdi", "xvdj", "xvdk", "xvdl", "xvdq")) {
            vmm.stealingTarget("work", name);
        }

        assertFails("qvm-block -a work sys-net:sda1", 1, "VM 'work' has a disk xvdl already");
        assertThat(acts()).hasSize(4);
        assertFails("qvm-block -a -f xvdq work sys-net:sda1", 1, "VM 'work' has a disk xvdq already");
        assertThat(acts()).hasSize(5);
    }

    @Test
    void aVmThatStopsMeanwhileDoesNotRun() {
        vmm.failingAt(
                "attach disk work xvdi sys-net:/dev/sda1 w",
                new QubesException(ErrorKind.WRONG_STATE, "domain 'work' is not active"));

        assertFails("qvm-block -a work sys-net:sda1", 1, "VM 'work' does not run");
    }

    @Test
    void aBackendThatStopsWithItsDiskAttachedLeavesADiskThatCanBeDetached() {
        has("work", "/dev/sda", "sys-net", "xvdi");
        has("vault", "/dev/sdb", "sys-net", "xvdi");
        domain("sys-net", 1, DomainState.SHUTOFF);
        String call = "detach disk work xvdi";
        vmm.failingAt(call, new DriverRefusal(1, "internal error: libxl_device_disk_remove", null, null));

        assertThat(run("qvm-block").out()).startsWith("dom0:loop4095").hasLineCount(1);
        assertFails("qvm-block -a vault sys-net:sda", 2, "there is no device 'sys-net:sda'");
        assertFails("qvm-block -d work", 1, "libxl_device_disk_remove");
        assertThat(acts()).containsExactly("libvirt " + call);
        assertDone("qvm-block -d sys-net:sdb");

        assertThat(acts())
                .containsExactly(
                        "libvirt " + call,
                        "libvirt detach disk vault xvdi",
                        "qubesdb write vault /qubes-block-devices");
    }

    @Test
    void aVmWithManyStrangeDevicesDoesNotFloodTheTerminal() throws Exception {
        for (int i = 0; i < 500; i++) {
            publishes("work", "SD" + i, "x", "1", "w");
        }

        Outcome outcome = run("qvm-block");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).hasLineCount(21).contains("480 more devices of VM 'work' are not listed");
    }

    @Test
    void aVmWithoutItsDatabaseHasNoDevicesAndTakesSome() {
        services.loseDatabase("sys-net");
        assertThat(run("qvm-block").out()).startsWith("dom0:loop4095").hasLineCount(1);

        services.loseDatabase("work");
        assertDone("qvm-block -a work dom0:loop4095");
    }

    @Test
    void jsonHasTheBytesToo() throws Exception {
        publishes("vault", "sdz", "\u001b", "1", "w");

        assertThat(run("qvm-block --json").out())
                .contains("\"type\": \"block-devices\"")
                .contains("\"description\": \"_\"", "\"description_base64\": \"Gw==\"", "\"attached_to\": null");
    }

    @Test
    void offlineModeIsRefused() {
        assertUntouched("qvm-block --offline-mode", 14, "offline");
    }

    @Test
    void theWordsOfR4DoTheSame() {
        assertThat(run("qvm-block list").out()).isEqualTo(run("qvm-block").out());
        assertThat(run("qvm-block ls sys-net").out()).contains("sys-net:sda1").doesNotContain("dom0:");

        assertDone("qvm-block attach work sys-net:sda1 -o frontend-dev=xvdq --option read-only=True");
        assertThat(steps).contains("libvirt attach disk work xvdq sys-net:/dev/sda1 r");
        assertDone("qvm-block d work sys-net:sda1");
        assertThat(steps).contains("libvirt detach disk work xvdq");
        assertDone("qvm-device block a work sys-net:sda1 --ro -o read-only=no");
        assertThat(steps).contains("libvirt attach disk work xvdi sys-net:/dev/sda1 w");
        assertDone("qvm-block detach work");
        assertThat(steps).contains("libvirt detach disk work xvdi");
    }

    @Test
    void wrongWordsOfR4AreUsageErrors() {
        assertUntouched("qvm-block list a b", 2, "a list takes one VM");
        assertUntouched("qvm-block attach work", 2, "VM and BACKEND:DEVICE expected");
        assertUntouched("qvm-block detach", 2, "VM expected");
        assertUntouched("qvm-block -l list", 2, "no operand expected");
        assertUntouched("qvm-block attach work sys-net:sda1 -o devtype=cdrom", 2, "means nothing here");
        assertUntouched("qvm-block attach work sys-net:sda1 -o read-only=maybe", 2, "means nothing here");
        assertUntouched("qvm-block attach work sys-net:sda1 -o read-only=x=False", 2, "means nothing here");
        assertUntouched("qvm-block detach work -o read-only=True", 2, "means nothing here");
        assertUntouched("qvm-device block list --ro", 2, "--ro goes with 'block attach' only");
        assertUntouched("qvm-device block list -f xvdi", 2, "--frontend goes with 'block attach' and 'block detach'");
        assertUntouched("qvm-device usb attach work sys-net:2-1 --ro", 2, "--ro goes with 'block attach' only");
        assertUntouched("qvm-device pci attach work 00:19.0 --no-auto-detach", 2, "goes with 'block attach' and 'usb");
        assertUntouched("qvm-device usb list --show-system-disks", 2, "goes with 'block list' only");
    }

    @Test
    void idsAreOfDom0AndProveNothing() {
        Outcome list = run("qvm-block --by-id");
        assertThat(list.code()).isZero();
        assertThat(list.err()).contains("can forge it").hasLineCount(1);
        assertThat(run("qvm-block --by-id --json").out()).contains("\"by_id\": []");

        Outcome unknown = run("qvm-block -a --by-id work dom0:usb-Nobody_has:this-0");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("can forge it", "no block device has the id 'usb-Nobody_has:this-0'");
        assertUntouched("qvm-block -a --by-id work sys-net:usb-x", 2, "ids are known of devices of dom0 only");
        assertUntouched("qvm-block -a --by-id work dom0:a/b", 2, "names no device by its id");
        assertUntouched("qvm-block --watch --by-id", 2, "--by-id goes with a list, -a and -d only");
        assertUntouched("qvm-device usb list --by-id", 2, "--by-id goes with 'block' only");
    }
}
