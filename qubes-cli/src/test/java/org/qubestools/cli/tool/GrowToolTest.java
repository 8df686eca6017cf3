package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.FakeQrexecClient;
import org.qubestools.core.runtime.Programs;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.GuestPort;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.core.vmm.VmmTraits;

/** Images that grow while their VMs run, or for which VMs are started; of halted VMs: {@link ImageToolsTest}. */
final class GrowToolTest extends LiveTest {
    private static final String DEBIAN = "/var/lib/qubes/vm-templates/debian-8/root.img";
    private static final String WORK = "/var/lib/qubes/appvms/work/private.img";
    private static final int FOUR_MIB = 4 << 20;

    private void runsWithQrexec(String vm, int id) {
        runs(vm, id);
        tree.write("/var/run/qubes/qrexec." + vm, "");
    }

    private void assertLoopGrows(String commandLine) throws IOException {
        runsWithQrexec("work", 5);
        Path image = tree.path(WORK);
        services.programs(
                "sudo losetup --associated", new Programs.Outcome(0, "/dev/loop5: [0042]:7 (" + image + ")\n", ""));
        anyCommandOf("work", 0);

        assertDone(commandLine);

        assertThat(Files.size(image)).isEqualTo(FOUR_MIB);
        assertThat(steps)
                .containsSubsequence(
                        "exec sudo losetup --associated " + image, "exec sudo losetup --set-capacity /dev/loop5");
        assertThat(host.vms().calls())
                .hasSize(1)
                .element(0)
                .asString()
                .contains("call work root:", "resize2fs", " 8192 ");
    }

    /** Whatever command the VM gets, it ends with this status. */
    private void anyCommandOf(String vm, int status) {
        FakeQrexecClient.Service ends = (input, output, errors) -> {
            errors.write("no space\n".getBytes(StandardCharsets.US_ASCII));
            return status;
        };
        host.vms().withAnyCommand(vm, ends);
    }

    @Test
    void onXenTheLoopDeviceGrowsAndTheVmEnlargesItsFileSystem() throws IOException {
        assertLoopGrows("qvm-grow-private work 4M");
    }

    @Test
    void theSameByAVolume() throws IOException {
        assertLoopGrows("qvm-volume resize work:private 4M");
    }

    @Test
    void whereTheDriverCanTheDiskGrows() throws IOException {
        driver(VmmTraits.QEMU);
        runs("work", 5);
        for (GuestPort port : GuestPort.commands()) {
            tree.write(port.socket("work"), "nobody listens");
        }
        Path image = tree.path(WORK);
        vmm.withDisk("work", new LiveDisk("file", "disk", image.toString(), "dom0", "vdb", "xvdb", false, null));

        assertFails("qvm-grow-private work 4M", 1, WORK + " has grown, but not the file system in it");

        assertThat(steps).contains("libvirt resize disk work vdb 4194304");
        assertThat(Files.size(image)).isEqualTo(FOUR_MIB);
    }

    @Test
    void aFileSystemThatDoesNotGrowIsToldAndCanBeTriedAgain() throws IOException {
        runsWithQrexec("work", 5);
        services.programs("sudo losetup --associated", new Programs.Outcome(0, "/dev/loop5: []: ()\n", ""));
        anyCommandOf("work", 1);

        assertFails(
                "qvm-grow-private work 4M",
                1,
                WORK + " has grown, but not the file system in it: resize2fs ended with status 1, no space");
        assertThat(Files.size(tree.path(WORK))).isEqualTo(FOUR_MIB);

        anyCommandOf("work", 0);
        Outcome again = run("qvm-grow-private --json work 4M");
        assertThat(again.code()).isZero();
        assertThat(again.out()).contains("\"before\": 4194304", "\"file_system\": true");
    }

    @Test
    void aLoopDeviceThatDoesNotGrowIsToldWithTheImageThatHas() throws IOException {
        runsWithQrexec("work", 5);
        services.programs("sudo losetup --associated", new Programs.Outcome(0, "/dev/loop5: []: ()\n", ""))
                .programs(
                        "sudo losetup --set-capacity", new Programs.Outcome(1, "", "losetup: no \033[2Jpermission\n"));

        assertFails(
                "qvm-grow-private work 4M",
                1,
                WORK
                        + " has grown, but not the file system in it: losetup --set-capacity /dev/loop5 ended with status 1,"
                        + " losetup: no ");
        assertThat(Files.size(tree.path(WORK))).isEqualTo(FOUR_MIB);
    }

    @Test
    void whatCannotGrowWhileItRunsIsRefused() throws IOException {
        runs("win7", 7);
        assertRefused("qvm-grow-private win7 4M", 1, "HVM 'win7' is running");
        runs("work", 5);
        assertRefused("qvm-grow-private work 4M", 1, "VM 'work' is not connected to qrexec");
        runsWithQrexec("vault", 6);
        assertRefused("qvm-grow-private vault 4000001", 1, "no multiple of 512");
        assertRefused("qvm-grow-private vault 1M", 1, "never made smaller");
        runs("fedora-23", 8);
        assertRefused("qvm-grow-root fedora-23 4M", 1, "VM 'fedora-23' is running");
        assertThat(Files.size(tree.path(WORK))).isEqualTo(2 << 20);
    }

    @Test
    void aDryRunUnderARunningVmOnlyLooks() throws IOException {
        runsWithQrexec("work", 5);

        assertThat(run("qvm-grow-private --dry-run work 4M"))
                .isEqualTo(new Outcome(0, WORK + ": 2097152 -> 4194304 bytes\n", ""));
        assertThat(Files.size(tree.path(WORK))).isEqualTo(2 << 20);
        assertThat(host.vms().calls()).isEmpty();
    }

    @Test
    void aTemplateIsStartedForItsFileSystemAndShutDownAgain() throws IOException {
        tree.sparse("/var/lib/qubes/vm-templates/debian-8/root-cow.img", 3 << 20);
        tree.write("/var/run/qubes/qrexec.debian-8", "");
        anyCommandOf("debian-8", 0);

        assertDone("qvm-grow-root --allow-start debian-8 4M");

        assertThat(Files.size(tree.path("/var/lib/qubes/vm-templates/debian-8/root.img")))
                .isEqualTo(FOUR_MIB);
        assertThat(Files.size(tree.path("/var/lib/qubes/vm-templates/debian-8/root-cow.img")))
                .as("changes need no more room")
                .isEqualTo(3 << 20);
        assertThat(steps)
                .anyMatch(step -> step.contains("create paused debian-8"))
                .contains("libvirt shutdown debian-8");
        assertThat(host.vms().calls()).hasSize(1).element(0).asString().contains("call debian-8 root:", "resize2fs");
    }

    @Test
    void aTemplateIsNotStartedUnasked() throws IOException {
        Outcome outcome = run("qvm-grow-root debian-8 4M");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("enlarge the file system").hasLineCount(1);
        assertThat(steps).noneMatch(step -> step.contains("create paused"));
    }

    @Test
    void aTemplateWhoseStartComesToNothingDoesNotStay() {
        services.failingAt("qrexec start 1 debian-8");

        assertFails("qvm-grow-root --allow-start debian-8 4M", 1, "the fake fails at: qrexec start 1 debian-8");

        assertThat(steps).contains("libvirt shutdown debian-8");
        assertThat(state("debian-8")).isEqualTo(DomainState.SHUTOFF);
    }

    @Test
    void aTemplateThatCannotBeEndedIsTold() throws IOException {
        vmm.ignoringShutdown("debian-8").ignoringDestroy("debian-8");
        tree.write("/var/run/qubes/qrexec.debian-8", "");
        anyCommandOf("debian-8", 0);

        Outcome outcome = run("qvm-grow-root --allow-start debian-8 4M");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("VM 'debian-8' runs even after it was killed");
    }

    @Test
    void theFirstFailureIsToldAlsoIfTheTemplateCannotBeEnded() throws IOException {
        vmm.failingAt("shutdown debian-8", new QubesException(ErrorKind.VMM_UNREACHABLE, "libvirtd went away"));
        tree.write("/var/run/qubes/qrexec.debian-8", "");
        anyCommandOf("debian-8", 1);

        Outcome outcome = run("qvm-grow-root --allow-start debian-8 4M");

        assertThat(outcome.err()).contains("resize2fs ended with status 1", "libvirtd went away");
    }

    private void assertGrownButNotItsFileSystem(String why) throws IOException {
        Outcome outcome = run("qvm-grow-root --allow-start debian-8 4M");

        assertThat(outcome.code()).isEqualTo(130);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .contains(DEBIAN + " has grown, but not the file system in it: " + why)
                .contains("give the command once more")
                .hasLineCount(1);
        assertThat(Files.size(tree.path(DEBIAN))).isEqualTo(FOUR_MIB);
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
        assertThat(services.openGrants()).isZero();
        assertThat(services.openConnections()).isZero();
        assertThat(host.vms().open()).isZero();
    }

    @Test
    void forAUserWhoEndsTheWaitForTheFileSystemTheTemplateIsShutDown() throws IOException {
        vmm.forgettingShutdown("debian-8", 1);
        tree.write("/var/run/qubes/qrexec.debian-8", "");
        host.vms().withAnyCommand("debian-8", (input, output, errors) -> {
            host.interrupt();
            Thread.sleep(60_000);
            return 0;
        });

        assertGrownButNotItsFileSystem("interrupted");
        assertThat(steps).contains("libvirt shutdown debian-8");
        assertThat(state("debian-8")).isEqualTo(DomainState.SHUTOFF);

        anyCommandOf("debian-8", 0);
        assertDone("qvm-grow-root --allow-start debian-8 4M");
        assertThat(host.vms().calls()).hasSize(2);
    }

    @Test
    void forAUserWhoEndsTheStartItIsTakenBack() throws IOException {
        steps.at("qubesdb start 1 debian-8", host::interrupt);

        assertGrownButNotItsFileSystem("interrupted");
        assertThat(steps).contains("libvirt destroy debian-8").doesNotContain("libvirt resume debian-8");
        assertThat(host.vms().calls()).isEmpty();
        assertThat(state("debian-8")).isEqualTo(DomainState.SHUTOFF);
    }

    @Test
    void aTemplateThatRunsOnAfterThatIsTold() throws IOException {
        vmm.ignoringShutdown("debian-8").ignoringDestroy("debian-8");
        tree.write("/var/run/qubes/qrexec.debian-8", "");
        host.vms().withAnyCommand("debian-8", (input, output, errors) -> {
            host.interrupt();
            Thread.sleep(60_000);
            return 0;
        });

        Outcome outcome = run("qvm-grow-root --allow-start debian-8 4M");

        assertThat(outcome.code()).isEqualTo(130);
        assertThat(outcome.err())
                .contains("not the file system in it: interrupted; could not undo everything, left over:"
                        + " VM 'debian-8' (VM 'debian-8' runs even after it was killed");
    }

    @Test
    void whoEndsItBeforeItBeginsFindsTheImageAsItWas() throws IOException {
        host.interruptAtOnce();

        assertFails("qvm-grow-root --allow-start debian-8 4M", 130, "interrupted");
        assertThat(Files.size(tree.path(DEBIAN))).isEqualTo(3 << 20);
        assertThat(steps).isEmpty();
    }

    @Test
    void whoEndsTheWaitForARunningVmLeavesItRunning() throws IOException {
        runsWithQrexec("work", 5);
        services.programs("sudo losetup --associated", new Programs.Outcome(0, "/dev/loop5: []: ()\n", ""));
        host.vms().withAnyCommand("work", (input, output, errors) -> {
            host.interrupt();
            Thread.sleep(60_000);
            return 0;
        });

        assertFails(
                "qvm-grow-private work 4M",
                130,
                WORK + " has grown, but not the file system in it: interrupted; run resize2fs in VM 'work'");
        assertThat(Files.size(tree.path(WORK))).isEqualTo(FOUR_MIB);
        assertThat(state("work")).isEqualTo(DomainState.RUNNING);
    }
}
