package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.VmmTraits;

final class StartToolTest extends LiveTest {
    private static final String ISO = "/var/lib/qubes/setup.iso";

    @Test
    void aVmStarts() {
        assertDone("qvm-start -q vault");

        assertThat(state("vault")).isEqualTo(DomainState.RUNNING);
        assertThat(steps)
                .containsSubsequence(
                        "libvirt define vault",
                        "memory request 426770432",
                        "libvirt create paused vault",
                        "qubesdb start 1 vault",
                        "qubesdb write vault /name",
                        "xenstore set_permissions /local/domain/1/memory",
                        "libvirt resume vault",
                        "memory close",
                        "gui start 1 vault first ORDINARY",
                        "qrexec start 1 vault",
                        "gui start 1 vault second ORDINARY");
    }

    @Test
    void whatAnAdministratorShouldKnowIsSaidOnceAndNotWithQuiet() {
        tree.on(host, (config, report) -> {
            report.hint("VMs are slow here");
            report.hint("VMs are slow here"); // as after a lost connection
            return vmm;
        });

        assertThat(run("qvm-start vault").err())
                .isEqualTo("qvm-start: VMs are slow here\nqvm-start: starting VM 'vault'\n");
        assertDone("qvm-kill -q vault");
        assertDone("qvm-start -q vault");
    }

    @Test
    void theChainOfNetvmsIsTold() {
        Outcome outcome = run("qvm-start work");

        assertThat(outcome).isEqualTo(new Outcome(0, "", """
                        qvm-start: starting VM 'sys-net'
                        qvm-start: starting VM 'sys-firewall'
                        qvm-start: starting VM 'work'
                        """));
        assertThat(vmm.calls())
                .containsSubsequence("resume sys-net", "resume sys-firewall", "define work", "resume work");
    }

    @Test
    void theNetvmsOfOneThatRunStayAsTheyAre() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);

        assertDone("qvm-start -q work");

        assertThat(vmm.calls()).containsExactly("define work", "create paused work", "resume work");
    }

    @Test
    void whatIsNotHaltedDoesNotStart() {
        runs("work", 7);
        domain("vault", 8, DomainState.PAUSED);

        assertRefused("qvm-start work", 1, "VM 'work' is already running");
        assertRefused("qvm-start vault", 1, "VM 'vault' is already running, its state is Paused; 'qvm-unpause vault'");
        assertThat(run("qvm-start --skip-if-running work").code()).isZero();
    }

    @Test
    void whoCannotBeStartedIsNamed() {
        assertRefused("qvm-start dom0", 1, "dom0 cannot be started");
        assertRefused("qvm-start nobody", 1, "no VM has the name 'nobody'");
        assertRefused("qvm-start", 2, "names of VMs, or --all, expected");
        assertRefused("qvm-start --all work", 2, "names of VMs, or --all, expected");
    }

    @Test
    void offlineModeSaysSo() {
        assertRefused("qvm-start --offline-mode work", 14, "this needs the running system, and offline mode is on");
        assertRefused("qvm-kill --offline-mode work", 14, "offline mode is on");
        assertRefused("qvm-shutdown --offline-mode work", 14, "offline mode is on");
        assertRefused("qvm-pause --offline-mode work", 14, "offline mode is on");
        assertRefused("qvm-run --offline-mode work true", 14, "offline mode is on");
    }

    @Test
    void aFailureLeavesNothingRunning() {
        services.failingAt("qubesdb start 1 vault");

        assertFails("qvm-start -q vault", 1, "the fake fails at: qubesdb start 1 vault");

        assertThat(state("vault")).isEqualTo(DomainState.SHUTOFF);
        assertThat(services.openGrants()).isZero();
        assertThat(services.runningDatabases()).isEmpty();
    }

    @Test
    void ofSeveralVmsTheOthersGoOn() {
        services.failingAt("qubesdb start 1 vault");

        Outcome outcome = run("qvm-start -q vault win7 nobody");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("no VM has the name 'nobody'");
        assertThat(steps).isEmpty();

        outcome = run("qvm-start -q vault win7");
        assertThat(outcome.code()).isEqualTo(SOME);
        assertThat(outcome.err()).isEqualTo("qvm-start: the fake fails at: qubesdb start 1 vault\n");
        assertThat(state("win7")).isEqualTo(DomainState.RUNNING);
    }

    @Test
    void ifNoneCouldStartTheCodeIsThatOfTheFirst() {
        runs("work", 1);
        runs("vault", 2);

        Outcome outcome = run("qvm-start work vault");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(2);
    }

    @Test
    void allStartsWhatIsHaltedButTemplates() {
        assertDone("qvm-start -q --all --exclude win7");

        assertThat(vmm.calls().stream().filter(call -> call.startsWith("resume")))
                .containsExactlyInAnyOrder(
                        "resume sys-net", "resume sys-firewall", "resume work", "resume vault", "resume personal");
        assertThat(run("qvm-start --all --exclude nobody").code()).isEqualTo(1);
    }

    @Test
    void aDryRunTellsAndDoesNothing() {
        assertThat(run("qvm-start --dry-run sys-*")).isEqualTo(new Outcome(0, """
                        would start sys-net
                        would start sys-firewall
                        """, ""));
        assertThat(steps).isEmpty();
    }

    @Test
    void jsonTellsWhatBecameOfEach() {
        runs("work", 1);

        Outcome outcome = run("qvm-start -q --json work vault");

        assertThat(outcome.code()).isEqualTo(SOME);
        assertThat(outcome.out()).contains("\"type\": \"start\"", "\"work\": false", "\"vault\": true");
        assertThat(outcome.err()).startsWith("{\"type\":\"error\",\"kind\":\"wrong-state\",\"message\":\"VM 'work'");
    }

    @Test
    void anHvmTakesOneDriveForThisStart() {
        tree.write(ISO, "cd");
        runs("sys-net", 1);
        runs("sys-firewall", 2);

        assertDone("qvm-start -q win7 --cdrom " + ISO);
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());

        assertRefused("qvm-start vault --cdrom " + ISO, 1, "only an HVM has a drive");
        assertRefused("qvm-start win7 --cdrom " + ISO + " --hddisk " + ISO, 1, "an HVM has one drive");
        assertRefused("qvm-start win7 --drive x:y", 1, "names no drive");
    }

    @Test
    void theDriveMustBeThere() {
        assertRefused("qvm-start win7 --cdrom /nowhere.iso", 1, "the drive of VM 'win7' is not there: /nowhere.iso");
        assertRefused("qvm-start win7 --cdrom work:/x.iso", 1, "is in VM 'work', which does not run");
        driver(VmmTraits.QEMU);
        assertRefused("qvm-start win7 --cdrom work:/x.iso", 1, "takes disks from the host only");
    }

    @Test
    void optionsReachTheDaemons() {
        assertDone("qvm-start -q --no-guid vault");
        assertThat(steps).noneMatch(step -> step.startsWith("gui")).contains("qrexec start 1 vault");
        run("qvm-start -q --dvm personal");
        assertThat(steps)
                .contains("gui start 4 personal first INVISIBLE")
                .noneMatch(step -> step.startsWith("qrexec start 4"));
    }

    @Test
    void ctrlCEndsItBetweenTwoVmsAndTakesBackTheOneInWork() {
        host.interruptAtOnce();

        assertFails("qvm-start -q vault win7", 130, "interrupted");

        assertThat(vmm.calls()).isEmpty();
    }

    @Test
    void aVmWithoutIdentityGetsOneInTheStore() {
        String uuid = ExpectedStore.small().value("vault", "uuid");
        tree.write("/var/lib/qubes/qubes.xml", StoreTree.smallStore().replace(" uuid=\"" + uuid + "\"", ""));

        assertDone("qvm-start -q vault");

        String now = vmm.domains().get(0).uuid();
        assertThat(now).isNotEqualTo(uuid);
        assertThat(tree.store()).contains(" uuid=\"" + now + "\"");
    }

    @Test
    void anUnreachableSystemEndsAll() {
        vmm.failingAt("define vault", new QubesException(ErrorKind.VMM_UNREACHABLE, "libvirtd went away"));

        assertFails("qvm-start -q vault win7", 15, "libvirtd went away");
    }

    @Test
    void withoutQubesDaemonsAVmRunsAtOnce() {
        driver(VmmTraits.QEMU);

        assertDone("qvm-start -q vault");

        assertThat(run("qvm-ls --raw-data state vault").out()).isEqualTo("Running\n");
        assertThat(tree.exists("/var/lib/qubes/appvms/vault/root-overlay.qcow2"))
                .isTrue();
    }
}
