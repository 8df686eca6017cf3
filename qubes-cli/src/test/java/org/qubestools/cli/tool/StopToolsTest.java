package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainState;

/** {@code qvm-shutdown}, {@code qvm-kill}, {@code qvm-pause}, {@code qvm-unpause}. */
final class StopToolsTest extends LiveTest {
    @BeforeEach
    void startSome() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        runs("work", 3);
    }

    @Test
    void aVmIsKilled() {
        assertDone("qvm-kill work");

        assertThat(steps).containsExactly("libvirt destroy work");
        assertRefused("qvm-kill work", 1, "VM 'work' is already stopped");
        assertRefused("qvm-kill dom0", 1, "dom0 cannot be killed");
    }

    @Test
    void aPausedVmIsKilledToo() {
        domain("work", 3, DomainState.PAUSED);

        assertDone("qvm-kill work");
    }

    @Test
    void aDaemonOfOursEndsWithTheVm() {
        services.letDatabasesOutliveDomains();
        runs("work", 3);

        assertDone("qvm-kill work");

        assertThat(steps).containsExactly("libvirt destroy work", "qubesdb stop work");
    }

    @Test
    void allThatRunAreKilledButDom0() {
        assertDone("qvm-kill --all --exclude s?s-n*");

        assertThat(vmm.calls()).containsExactly("destroy sys-firewall", "destroy work");
    }

    @Test
    void pauseAndUnpause() {
        assertDone("qvm-pause work");
        assertRefused("qvm-pause work", 1, "VM 'work' is paused already");
        assertRefused("qvm-pause vault", 1, "VM 'vault' is already stopped");
        assertDone("qvm-unpause work");
        assertRefused("qvm-unpause work", 1, "VM 'work' is not paused");
        assertThat(vmm.calls()).containsExactly("suspend work", "resume work");
    }

    @Test
    void pauseAndUnpauseOfAll() {
        assertDone("qvm-pause --all");
        assertThat(run("qvm-unpause --all --exclude work --json").out()).contains("\"sys-net\": true");
        assertThat(vmm.calls())
                .containsExactly(
                        "suspend sys-net",
                        "suspend sys-firewall",
                        "suspend work",
                        "resume sys-net",
                        "resume sys-firewall");
    }

    @Test
    void onlyVmsWithDevicesAreSuspended() {
        assertDone("qvm-pause --suspend sys-net work");
        assertDone("qvm-unpause sys-net work");

        assertThat(vmm.calls())
                .containsExactly("suspend to memory sys-net", "suspend work", "wake up sys-net", "resume work");
    }

    @Test
    void aVmIsAskedToShutDown() {
        assertThat(run("qvm-shutdown work")).isEqualTo(new Outcome(0, "", "qvm-shutdown: shutting down VM 'work'\n"));

        assertThat(steps).containsExactly("libvirt shutdown work");
        assertFails("qvm-shutdown -q work", 1, "VM 'work' is already stopped");
        assertRefused("qvm-shutdown dom0", 1, "dom0 cannot be shut down");
    }

    @Test
    void aNetvmOfOthersStaysUp() {
        assertRefused(
                "qvm-shutdown sys-firewall",
                1,
                "VM 'sys-firewall' gives network to running VMs: 'work'; shut them down too, or give --force");

        assertDone("qvm-shutdown -q --force sys-firewall");
        assertThat(vmm.calls()).containsExactly("detach network work sys-firewall", "shutdown sys-firewall");
    }

    @Test
    void clientsGoFirst() {
        assertDone("qvm-shutdown -q --all");

        assertThat(vmm.calls()).containsExactly("shutdown work", "shutdown sys-firewall", "shutdown sys-net");
    }

    @Test
    void withWaitEachGoesWhenItsClientsAreGone() {
        assertDone("qvm-shutdown -q --all --wait");

        assertThat(vmm.calls()).containsExactly("shutdown work", "shutdown sys-firewall", "shutdown sys-net");
        assertThat(host.time().sleeps()).isNotEmpty().allMatch(millis -> millis == 1000);
        assertThat(run("qvm-ls --raw-list --running").out()).isEqualTo("dom0\n");
    }

    @Test
    void whoDoesNotShutDownIsKilledAndNamed() {
        vmm.ignoringShutdown("work");

        Outcome outcome = run("qvm-shutdown -q --wait --wait-time 5 work");

        assertThat(outcome).isEqualTo(new Outcome(0, "", "qvm-shutdown: warning: VM 'work' had to be killed\n"));
        assertThat(vmm.calls()).containsExactly("shutdown work", "destroy work");
        assertThat(host.time().sleeps()).hasSize(6);
    }

    @Test
    void aGuestThatStillBootsIsAskedAgain() {
        vmm.forgettingShutdown("work", 2);

        assertThat(run("qvm-shutdown --wait work").err()).isEqualTo("""
                        qvm-shutdown: shutting down VM 'work'
                        qvm-shutdown: asking VM 'work' again to shut down
                        qvm-shutdown: asking VM 'work' again to shut down
                        """);

        assertThat(vmm.calls()).containsExactly("shutdown work", "shutdown work", "shutdown work");
        assertThat(host.time().sleeps()).hasSize(11);
    }

    @Test
    void whatFailsWhenItIsAskedAgainIsNotTheEnd() {
        vmm.forgettingShutdown("work", 1);
        QubesException busy = new QubesException(ErrorKind.FAILED, "it is busy");
        String asked = "libvirt shutdown work";
        steps.at(asked, () -> steps.at(asked, () -> vmm.failingAt("shutdown work", busy))); // from the second on

        Outcome outcome = run("qvm-shutdown -q --wait --wait-time 12 work");

        assertThat(outcome).isEqualTo(new Outcome(0, "", "qvm-shutdown: warning: VM 'work' had to be killed\n"));
        assertThat(vmm.calls()).containsExactly("shutdown work", "shutdown work", "shutdown work", "destroy work");
    }

    @Test
    void aDatabaseThatDoesNotEndKeepsNobodyFromWaitingForTheOthers() {
        services.letDatabasesOutliveDomains();
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        runs("work", 3);
        services.failingAt("qubesdb stop work");

        Outcome outcome = run("qvm-shutdown -q --all --wait");

        assertThat(outcome.code()).isEqualTo(SOME);
        assertThat(outcome.err()).contains("qubesdb stop work").hasLineCount(1);
        assertThat(vmm.calls()).containsExactly("shutdown work", "shutdown sys-firewall", "shutdown sys-net");
        assertThat(services.runningDatabases()).containsExactly("work");
    }

    @Test
    void aKilledVmIsGoneAfterwards() {
        services.letDatabasesOutliveDomains();
        runs("work", 3);
        vmm.lingeringAfterDestroy("work", 5);

        assertDone("qvm-kill work");

        assertThat(run("qvm-ls --raw-list --running").out()).isEqualTo("dom0\nsys-net\nsys-firewall\n");
        assertThat(steps).containsExactly("libvirt destroy work", "qubesdb stop work");
        assertThat(services.runningDatabases()).doesNotContain("work");
    }

    @Test
    void aVmThatOutlivesItsKillIsAFailure() {
        vmm.ignoringDestroy("work");

        assertFails("qvm-kill work", 1, "VM 'work' runs even after it was killed");
        assertThat(steps).containsExactly("libvirt destroy work");
    }

    @Test
    void timeoutIsWaitAndWaitTimeInOne() {
        vmm.ignoringShutdown("work");

        assertThat(run("qvm-shutdown -q --timeout 2 work").code()).isZero();

        assertThat(vmm.calls()).containsExactly("shutdown work", "destroy work");
    }

    @Test
    void aVmSeenHaltingTwiceIsKilledAtOnce() {
        vmm.haltingAtShutdown("work");

        assertThat(run("qvm-shutdown -q --wait work").code()).isZero();

        assertThat(vmm.calls()).containsExactly("shutdown work", "destroy work");
        assertThat(host.time().sleeps()).hasSize(3);
    }

    @Test
    void whoOutlivesThatIsAFailure() {
        vmm.ignoringShutdown("work").ignoringDestroy("work");

        Outcome outcome = run("qvm-shutdown -q --timeout 1 work");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("VM 'work' runs even after it was killed");
    }

    @Test
    void nobodyWaitsForAClientThatCannotBeEnded() {
        vmm.ignoringShutdown("work").ignoringDestroy("work");

        Outcome outcome = run("qvm-shutdown -q --timeout 1 work sys-firewall sys-net");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("VM 'work' runs even after it was killed")
                .contains("VM 'sys-firewall' gives network to running VMs: 'work'")
                .contains("VM 'sys-net' gives network to running VMs: 'sys-firewall'");
        assertThat(vmm.calls()).containsExactly("shutdown work", "destroy work");
    }

    @Test
    void aDryRunShutsNothingDown() {
        assertThat(run("qvm-shutdown --dry-run --all").out()).isEqualTo("""
                        would shutdown sys-net
                        would shutdown sys-firewall
                        would shutdown work
                        """);
        assertThat(steps).isEmpty();
    }

    @Test
    void ofSeveralSomeMayBeDownAlready() {
        Outcome outcome = run("qvm-shutdown -q work vault");

        assertThat(outcome.code()).isEqualTo(SOME);
        assertThat(outcome.err()).contains("VM 'vault' is already stopped").hasLineCount(1);
        assertThat(vmm.calls()).containsExactly("shutdown work");
    }

    @Test
    void ctrlCEndsTheWait() {
        vmm.ignoringShutdown("work");
        host.interruptAtOnce();

        assertFails("qvm-shutdown -q --wait work", 130, "interrupted");
        assertThat(vmm.calls()).containsExactly("shutdown work");
    }
}
