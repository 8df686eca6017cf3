package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.VmmTraits;

final class VmStarterTest {
    private StartWorld world;

    @BeforeEach
    void makeWorld(@TempDir Path root) {
        world = new StartWorld(root, VmmTraits.XEN);
    }

    @AfterEach
    void closeWorld() {
        world.close();
    }

    private static void fails(ThrowingStart start, ErrorKind kind, String message) {
        assertThatThrownBy(start::run)
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(message);
    }

    private interface ThrowingStart {
        void run();
    }

    @Test
    void aStartDoesThisInThisOrder() {
        assertThat(world.start("vault")).isEqualTo(1);

        assertThat(world.steps())
                .containsExactly(
                        "exec /usr/lib/qubes/prepare-volatile-img.sh /var/lib/qubes/appvms/vault/volatile.img 10240",
                        "libvirt define vault",
                        "memory request 426770432",
                        "libvirt create paused vault",
                        "qubesdb start 1 vault",
                        "qubesdb open vault",
                        "qubesdb write vault /name",
                        "qubesdb write vault /qubes-vm-type",
                        "qubesdb write vault /qubes-vm-updateable",
                        "qubesdb write vault /qubes-vm-persistence",
                        "qubesdb write vault /qubes-base-template",
                        "qubesdb write vault /qubes-service/meminfo-writer",
                        "qubesdb write vault /qubes-block-devices",
                        "qubesdb write vault /qubes-usb-devices",
                        "qubesdb write vault /qubes-debug-mode",
                        "qubesdb write vault /qubes-random-seed",
                        "xenstore set_permissions /local/domain/1/memory",
                        "libvirt resume vault",
                        "memory close",
                        "gui start 1 vault first ORDINARY",
                        "qrexec start 1 vault",
                        "gui start 1 vault second ORDINARY");
    }

    @Test
    void theNetvmsStartFirst() {
        world.start("work");

        assertThat(world.steps().stream().filter(step -> step.contains("libvirt") || step.contains("iptables")))
                .containsExactly(
                        "libvirt define sys-net",
                        "libvirt detach from host 02:00.0",
                        "libvirt create paused sys-net",
                        "libvirt resume sys-net",
                        "libvirt define sys-fw",
                        "libvirt create paused sys-fw",
                        "qubesdb write sys-fw /qubes-iptables-error",
                        "qubesdb rm sys-fw /qubes-iptables-domainrules/",
                        "qubesdb write sys-fw /qubes-iptables-header",
                        "qubesdb write sys-fw /qubes-iptables",
                        "libvirt resume sys-fw",
                        "libvirt define work",
                        "libvirt create paused work",
                        "qubesdb rm sys-fw /qubes-iptables-domainrules/",
                        "qubesdb write sys-fw /qubes-iptables-header",
                        "qubesdb write sys-fw /qubes-iptables-domainrules/3",
                        "qubesdb write sys-fw /qubes-iptables",
                        "libvirt resume work");
    }

    /** Fails each step once; what was done is taken back, and what was there before is there. */
    @Test
    void aFailureBeforeTheVmRunsLeavesNothing(@TempDir Path other) {
        try (StartWorld model = new StartWorld(other, VmmTraits.XEN)) {
            model.start("sys-net");
            List<String> all = new ArrayList<>(model.steps());
            List<String> steps = all.subList(0, all.indexOf("memory close"));
            assertThat(steps).hasSizeGreaterThan(15);
            for (int i = 0; i < steps.size(); i++) {
                failsAt(steps.get(i), other.resolve("at" + i));
            }
        }
    }

    private static void failsAt(String step, Path root) {
        try (StartWorld at = new StartWorld(root, VmmTraits.XEN)) {
            QubesException failure = new QubesException(ErrorKind.FAILED, "the fake fails at: " + step);
            at.vmm().failingAt(step.replace("libvirt ", ""), failure);
            at.services().failingAt(step.replace("/var/lib", root + "/var/lib"));
            List<String> before = at.files();

            fails(() -> at.start("sys-net"), ErrorKind.FAILED, "the fake fails at: ");

            assertThat(at.files()).as(step).isEqualTo(before);
            assertThat(at.vmm().domains()).as(step).noneMatch(DomainSnapshot::active);
            assertThat(at.services().openGrants()).as(step).isZero();
            assertThat(at.services().openConnections()).as(step).isZero();
            assertThat(at.services().runningDatabases()).as(step).isEmpty();
            assertThat(taken(at, "libvirt detach from host")).as(step).isEqualTo(taken(at, "libvirt reattach to host"));
        }
    }

    /** How often a device was taken or given back; a step that failed took nothing. */
    private static long taken(StartWorld world, String step) {
        String last = "libvirt detach from host 02:00.0";
        boolean failedThere = world.steps().contains(last) && !world.steps().contains("libvirt create paused sys-net");
        return failedThere
                ? 0
                : world.steps().stream().filter(s -> s.startsWith(step)).count();
    }

    @Test
    void whatIsTakenBackIsTakenBackInThisOrder() {
        world.services().failingAt("qubesdb write sys-net /qubes-random-seed");

        fails(() -> world.start("sys-net"), ErrorKind.FAILED, "random-seed");

        assertThat(world.steps())
                .endsWith(
                        "qubesdb write sys-net /qubes-random-seed",
                        "libvirt destroy sys-net",
                        "qubesdb stop sys-net",
                        "libvirt reattach to host 02:00.0",
                        "memory close");
    }

    @Test
    void whatCannotBeTakenBackIsNamedAfterTheFirstError() {
        world.services().failingAt("qubesdb start 1 vault");
        world.vmm().failingAt("destroy vault", new QubesException(ErrorKind.FAILED, "no answer"));

        fails(
                () -> world.start("vault"),
                ErrorKind.FAILED,
                "the fake fails at: qubesdb start 1 vault; could not undo everything, left over: paused domain 'vault'"
                        + " (no answer)");
        assertThat(world.services().openGrants()).isZero();
    }

    @Test
    void aPciDeviceThatCannotBeHadIsNamedWithItsVm() {
        world.vmm().failingAt("detach from host 02:00.0", new QubesException(ErrorKind.FAILED, "no such device"));

        fails(
                () -> world.start("work"),
                ErrorKind.FAILED,
                "VM 'sys-net' cannot have PCI device 02:00.0: no such device");
    }

    @Test
    void netvmsThatWereStartedStayUp() {
        world.services().failingAt("qubesdb start 3 work");

        fails(() -> world.start("work"), ErrorKind.FAILED, "qubesdb start 3 work");

        assertThat(world.vmm().domains().stream().filter(DomainSnapshot::active).map(DomainSnapshot::name))
                .containsExactly("sys-net", "sys-fw");
    }

    @Test
    void aDaemonThatFailsLeavesTheVmRunning() {
        world.services().failingAt("qrexec start 1 vault");

        fails(() -> world.start("vault"), ErrorKind.FAILED, "VM 'vault' runs, but not all that belongs to it");

        assertThat(world.system().isRunning(world.vm("vault"))).isTrue();
        assertThat(world.services().openGrants()).isZero();
    }

    @Test
    void anHvmThatNobodyWouldHearOfIsKilled() {
        world.services().failingAt("qrexec start 1 win");

        fails(() -> world.start("win"), ErrorKind.FAILED, "qrexec start 1 win");

        assertThat(world.system().isRunning(world.vm("win"))).isFalse();
    }

    @Test
    void anHvmWithoutAgentWhoseScreenFailsGoesOnRunning() {
        world.services().failingAt("gui start 1 win first ORDINARY");

        fails(() -> world.start("win"), ErrorKind.FAILED, "VM 'win' runs, but not all that belongs to it");

        assertThat(world.system().isRunning(world.vm("win"))).isTrue();
    }

    @Test
    void anHvmWithAnAgentWhoseDaemonFailsGoesOnRunning() {
        world.with("name=\"win\"", "name=\"win\" qrexec_installed=\"True\"");
        world.services().failingAt("qrexec start 1 win");

        fails(() -> world.start("win"), ErrorKind.FAILED, "VM 'win' runs, but not all that belongs to it");

        assertThat(world.system().isRunning(world.vm("win"))).isTrue();
    }

    @Test
    void aVmThatRunsDoesNotStart() {
        world.start("vault");
        world.forgetSteps();

        fails(() -> world.start("vault"), ErrorKind.WRONG_STATE, "VM 'vault' is already running");
        assertThat(world.steps()).isEmpty();
    }

    @Test
    void aVmThatIsStartedElsewhereDoesNotStart() throws Exception {
        try (var lock = new StartLocks(world.path("/var/run/qubes"));
                var held = lock.take(world.vm("vault"))) {
            fails(() -> world.start("vault"), ErrorKind.WRONG_STATE, "VM 'vault' is already starting");
            assertThat(world.start("restored")).isEqualTo(1);
        }
        assertThat(world.start("vault")).isEqualTo(2);
    }

    @Test
    void aVmWithoutIdentityGetsOneThatIsKept() {
        world.start("restored");

        String uuid = world.vmm()
                .find(new DomainKey("restored", null))
                .map(DomainSnapshot::uuid)
                .orElseThrow();
        assertThat(world.kept()).containsExactly("restored " + uuid);
        assertThat(world.system().isRunning(world.vm("restored"))).isTrue();
    }

    @Test
    void theIdentityOfADomainThatIsThereIsTaken() {
        String uuid = "11111111-2222-4333-8444-555555555555";
        world.vmm()
                .with(new DomainSnapshot(
                        "restored", uuid, false, -1, org.qubestools.core.vmm.DomainState.SHUTOFF, 0, 0));

        world.start("restored");

        assertThat(world.kept()).containsExactly("restored " + uuid);
    }

    @Test
    void aLoopOfNetvmsIsAnError() {
        world.with("netvm_qid=\"2\" qid=\"3\"", "netvm_qid=\"3\" qid=\"3\"");

        fails(() -> world.start("work"), ErrorKind.WRONG_STATE, "a loop");
        assertThat(world.steps()).isEmpty();
    }

    @Test
    void theLaterOfTwoVmsWithOneUuidDoesNotStart() {
        world.with("uuid=\"00000000-0000-4000-8000-000000000005\"", "uuid=\"00000000-0000-4000-8000-000000000004\"");

        fails(() -> world.start("vault"), ErrorKind.FAILED, "it has the UUID of VM 'work'");
        assertThat(world.steps()).isEmpty();
        world.start("work");
        fails(() -> world.start("vault"), ErrorKind.FAILED, "it has the UUID of VM 'work'");
    }

    @Test
    void theLaterOfTwoVmsWithOneNetidDoesNotStart() {
        world.with("name=\"sys-fw\" netid=\"2\"", "name=\"sys-fw\" netid=\"1\"");

        fails(
                () -> world.start("work"),
                ErrorKind.FAILED,
                "'sys-fw' cannot start: it gives the same network as VM 'sys-net'");
        assertThat(world.steps()).isEmpty();
        world.start("sys-net");
    }

    @Test
    void aVmWithoutUsableQidDoesNotStart() {
        world.with("qid=\"5\"", "qid=\"five\"");

        fails(() -> world.start("vault"), ErrorKind.FAILED, "it has no usable qid");
        assertThat(world.steps()).isEmpty();
    }

    @Test
    void aNetvmThatTheStoreLacksIsNone() {
        world.with("netvm_qid=\"2\" qid=\"3\"", "netvm_qid=\"99\" qid=\"3\"")
                .with("name=\"vault\" netvm_qid=\"none\"", "name=\"vault\" netvm_qid=\"98\"");

        assertThat(world.start("vault")).isEqualTo(1);
        assertThat(world.start("work")).isEqualTo(3);

        assertThat(world.steps()).doesNotContain("qubesdb write vault /qubes-ip", "qubesdb write sys-fw /qubes-ip");
        assertThat(world.steps()).contains("qubesdb write work /qubes-ip");
    }

    @Test
    void whatNoQubesDbTakesIsRefusedBeforeAnything() {
        world.with("name=\"vault\"", "services=\"{'a b': True}\" name=\"vault\"");

        fails(() -> world.start("vault"), ErrorKind.INVALID_VALUE, "service");
        assertThat(world.steps()).isEmpty();
    }

    @Test
    void aServiceWhoseKeyWouldBeADirectoryIsRefusedBeforeAnything() {
        world.with("name=\"vault\"", "services=\"{'x/': True}\" name=\"vault\"");

        fails(() -> world.start("vault"), ErrorKind.INVALID_VALUE, "VM 'vault' has the service 'x/'");
        assertThat(world.steps()).isEmpty();
    }

    @Test
    void missingFilesAreNamed() {
        world.delete("/var/lib/qubes/vm-kernels/4.4/initramfs");
        fails(() -> world.start("vault"), ErrorKind.FAILED, "/var/lib/qubes/vm-kernels/4.4/initramfs");
        world.delete("/var/lib/qubes/vm-templates/fedora/root.img");
        fails(() -> world.start("vault"), ErrorKind.FAILED, "/var/lib/qubes/vm-templates/fedora/root.img");

        assertThat(world.steps()).isEmpty();
    }

    @Test
    void aMissingPrivateImageIsMadeWithAWarning() {
        world.delete("/var/lib/qubes/appvms/vault/private.img");

        world.start("vault");

        assertThat(world.warnings()).singleElement().asString().contains("had no private image");
        assertThat(world.path("/var/lib/qubes/appvms/vault/private.img")).hasSize(2048L << 20);
    }

    @Test
    void aTemplateOfHvmsDoesNotStartBesideThem() {
        world.start("win-app");
        fails(() -> world.start("win-tpl"), ErrorKind.IN_USE, "cannot start while VM 'win-app'");

        world.vmm().destroy(DomainKey.of(world.vm("win-app")));
        world.start("win-tpl");
        fails(() -> world.start("win-app"), ErrorKind.IN_USE, "cannot start while its template 'win-tpl' runs");
    }

    @Test
    void aDriveMayBeInANetvmThatStartsFirst() {
        world.with("name=\"win\" netvm_qid=\"none\"", "name=\"win\" netvm_qid=\"3\"")
                .with("drive=\"None\"", "drive=\"cdrom:sys-net:/dev/sr0\"");

        assertThat(world.start("win")).isEqualTo(3);
    }

    @Test
    void aDriveInAHaltedVmThatNothingStartsIsRefused() {
        world.with("drive=\"None\"", "drive=\"cdrom:sys-net:/dev/sr0\"");

        fails(() -> world.start("win"), ErrorKind.WRONG_STATE, "is in VM 'sys-net', which does not run");
        assertThat(world.steps()).isEmpty();
    }

    @Test
    void anHvmFromATemplateGetsAFreshVolatileImage() {
        world.start("win-app");

        assertThat(world.path("/var/lib/qubes/appvms/win-app/volatile.img")).hasSize(3 << 20);
        assertThat(world.exists("/var/lib/qubes/appvms/win/volatile.img")).isFalse();
    }

    @Test
    void withoutQubesDaemonsThereIsNoneOfThem(@TempDir Path other) {
        try (StartWorld qemu = new StartWorld(other, VmmTraits.QEMU)) {
            qemu.start("vault");

            assertThat(qemu.steps())
                    .noneMatch(step -> step.startsWith("memory")
                            || step.startsWith("xenstore")
                            || step.startsWith("qrexec")
                            || step.startsWith("gui"))
                    .endsWith("libvirt resume vault");
            assertThat(qemu.path("/var/lib/qubes/appvms/vault/root-overlay.qcow2"))
                    .isRegularFile();
        }
    }

    @Test
    void aTemplateUnderOverlaysDoesNotStartBesideItsVms(@TempDir Path other) {
        try (StartWorld qemu = new StartWorld(other, VmmTraits.QEMU)) {
            qemu.start("vault");

            fails(() -> qemu.start("fedora"), ErrorKind.IN_USE, "template 'fedora' cannot start while VM 'vault'");
        }
    }

    @Test
    void hooksRunWhenTheEntriesOfAllAreThere() {
        world.services().withHooks();

        world.start("vault");

        assertThat(world.steps())
                .startsWith("hook verify_files vault")
                .containsSubsequence(
                        "xenstore set_permissions /local/domain/1/memory",
                        "hook create_qubesdb_entries vault",
                        "hook start vault",
                        "libvirt resume vault");
    }

    @Test
    void aHookThatFailsFailsItsStep() {
        world.services().withHooks().failingAt("hook start vault");

        fails(() -> world.start("vault"), ErrorKind.FAILED, "hook start vault");
        assertThat(world.system().isRunning(world.vm("vault"))).isFalse();
    }

    @Test
    void clientsOfANetvmThatStartsAgainAreConnectedAgain() {
        world.start("work");
        FakeVmm vmm = world.vmm();
        vmm.destroy(DomainKey.of(world.vm("sys-fw")));
        world.forgetSteps();

        world.start("sys-fw");

        assertThat(world.steps())
                .endsWith(
                        "libvirt detach network work sys-fw",
                        "libvirt attach network work sys-fw",
                        "qubesdb write sys-fw /qubes-netvm-domid");
    }
}
