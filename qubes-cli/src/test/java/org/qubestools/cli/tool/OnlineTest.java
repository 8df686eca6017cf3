package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.FakeVmm;

/** What the tools do while there is a running system. */
final class OnlineTest extends ToolTest {
    private static final long MEMORY_KIB = 700 * 1024;

    private final FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4));

    private void knows(String name, String uuid, DomainState state) {
        boolean active = state == DomainState.PAUSED;
        vmm.with(new DomainSnapshot(name, uuid, active, active ? 8 : -1, state, active ? MEMORY_KIB : 0, 0));
    }

    private void hasDefined(String name) {
        knows(name, uuid(name), DomainState.SHUTOFF);
    }

    private void runs(String name) {
        vmm.running(name, uuid(name), 7, MEMORY_KIB);
    }

    private static String uuid(String name) {
        return ExpectedStore.small().value(name, "uuid");
    }

    private Outcome run(String commandLine) {
        return tree.online(vmm).run(commandLine);
    }

    private void assertRefusedOnline(String commandLine, String message) {
        assertRefused(run(commandLine), 1, message);
        assertThat(vmm.calls()).isEmpty();
    }

    @Test
    void runStatesComeFromTheSystem() {
        runs("work");
        knows("vault", uuid("vault"), DomainState.PAUSED);
        tree.write("/var/run/qubes/guid-running.7", "").write("/var/run/qubes/qrexec.work", "");

        assertThat(run("qvm-ls --raw-data name-raw on state xid mem work vault personal")
                        .out())
                .isEqualTo("""
                        work|*|Running|7|700 MB
                        vault|*|Paused|8|700 MB
                        personal||Halted|-|-
                        """);
    }

    @Test
    void aVmWithoutItsDaemonsIsTransient() {
        runs("work");

        assertThat(run("qvm-ls --raw-data state work").out()).isEqualTo("Transient\n");
    }

    @Test
    void filtersOfStates() {
        runs("work");
        knows("vault", uuid("vault"), DomainState.PAUSED);

        assertThat(run("qvm-ls --raw-list --running").out()).isEqualTo("dom0\nwork\n");
        assertThat(run("qvm-ls --raw-list --paused").out()).isEqualTo("vault\n");
        assertThat(run("qvm-ls --raw-list --halted --class NetVM").out()).isEqualTo("sys-net\n");
    }

    @Test
    void checksOfStates() {
        runs("work");
        knows("vault", uuid("vault"), DomainState.PAUSED);

        assertThat(run("qvm-check -q --running work vault").code()).isZero();
        assertThat(run("qvm-check -q --paused work vault").code()).isEqualTo(3);
        assertThat(run("qvm-check -q --running personal").code()).isEqualTo(1);
    }

    @Test
    void aDomainWithAnotherUuidIsNoneOfOurs() {
        vmm.running("work", "dddddddd-0000-4000-8000-000000000001", 7, MEMORY_KIB);

        assertThat(run("qvm-check -q --running work").code()).isEqualTo(1);
        assertThat(run("qvm-ls --raw-data state work").out()).isEqualTo("Halted\n");
        assertThat(run("qvm-prefs -s work pcidevs ['00:1a.0']").code()).isZero();
    }

    @Test
    void aDomainUnderAnotherNameIsFoundByItsUuid() {
        vmm.running("job", uuid("work"), 7, MEMORY_KIB);

        assertThat(run("qvm-check -q --running work").code()).isZero();
        assertThat(run("qvm-ls --raw-data on work").out()).isEqualTo("*\n");
        assertRefusedOnline("qvm-remove work", "VM 'work' is running, it cannot be removed");
    }

    @Test
    void aQuestionForOneDoesNotAskForAll() {
        runs("work");

        assertThat(run("qvm-check -q --running work vault").code()).isEqualTo(3);
        assertThat(vmm.askedForAll()).isZero();
        assertThat(run("qvm-check -q --running --all").code()).isEqualTo(3);
        assertThat(vmm.askedForAll()).isEqualTo(1);
    }

    @Test
    void limitsOfTheHostCount() {
        assertRefusedOnline("qvm-prefs work memory 16001", "it has 16000 MiB of memory");
        assertRefusedOnline("qvm-prefs work vcpus 5", "it has 4 CPUs");
        assertRefusedOnline("qvm-create -l red -m 16001 new", "it has 16000 MiB of memory");
    }

    @Test
    void aRunningVmRefusesSomeChanges() {
        runs("work");

        assertRefusedOnline("qvm-prefs work name office", "VM 'work' is running");
        assertRefusedOnline("qvm-prefs work template debian-8", "running");
        assertRefusedOnline("qvm-prefs work pcidevs ['00:1a.0']", "running");
        assertRefusedOnline("qvm-remove work", "VM 'work' is running, it cannot be removed");
        assertRefusedOnline("qvm-remove vault work", "VM 'work' is running");
        assertRefusedOnline("qvm-clone work new", "VM 'work' is running");
    }

    @Test
    void aRunningVmTakesNoNetvmThatIsHalted() {
        runs("work");

        assertRefusedOnline("qvm-prefs work netvm sys-net", "sys-net");
    }

    @Test
    void offlineModeAsksNobody() {
        runs("work");

        assertThat(run("qvm-prefs --offline-mode work name office").code()).isZero();
        assertThat(vmm.calls()).isEmpty();
    }

    @Test
    void aNewVmIsDefined() {
        assertThat(run("qvm-create -q -l red new").code()).isZero();
        assertThat(run("qvm-clone -q work copy").code()).isZero();
        assertThat(vmm.calls()).containsExactly("define new", "define copy");
    }

    @Test
    void aVmThatGoesIsUndefined() {
        hasDefined("work");
        hasDefined("vault");

        assertThat(run("qvm-remove -q work").code()).isZero();
        assertThat(run("qvm-remove -q --just-db vault").code()).isZero();
        assertThat(vmm.calls()).containsExactly("undefine work", "undefine vault");
    }

    @Test
    void aRenamedVmIsDefinedAnew() {
        hasDefined("work");

        assertThat(run("qvm-prefs work name office").code()).isZero();
        assertThat(vmm.calls()).containsExactly("undefine work", "define office");
    }

    @Test
    void aRegisteredVmIsNotDefined() {
        tree.sparse("/var/lib/qubes/appvms/new/private.img", 5);

        assertThat(run("qvm-add-appvm new debian-8").code()).isZero();
        assertThat(vmm.calls()).isEmpty();
    }

    @Test
    void dryRunDefinesNothing() {
        assertThat(run("qvm-create --dry-run -l red new").code()).isZero();
        assertThat(run("qvm-remove --dry-run work").code()).isZero();
        assertThat(run("qvm-prefs --dry-run work name office").code()).isZero();
        assertThat(vmm.calls()).isEmpty();
        assertNothingChanged();
    }

    @Test
    void aRefusedDefinitionLeavesNothingBehind() {
        knows("new", "uuid of a domain left over", DomainState.PAUSED);

        assertRefusedOnline("qvm-create -q -l red new", "has the name or the UUID of 'new'");
        assertRefusedOnline("qvm-clone -q work new", "has the name or the UUID of 'new'");
    }

    @Test
    void aRenameThatIsRefusedThereChangesNothing() {
        hasDefined("work");
        knows("office", "uuid of a domain left over", DomainState.PAUSED);

        assertRefused(run("qvm-prefs work name office"), 1, "has the name or the UUID of 'office'");
        assertThat(vmm.calls()).containsExactly("undefine work", "define work");
        assertThat(vmm.domains()).extracting(DomainSnapshot::name).contains("work");
    }

    @Test
    void withoutASystemStatesAreNotKnown() {
        Outcome outcome = tree.run("qvm-ls --connect test:///nowhere --raw-data name-raw state work");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).isEqualTo("work|NA\n");
        assertThat(outcome.err())
                .contains("warning: cannot connect to test:///nowhere")
                .hasLineCount(1);
    }

    @Test
    void storedDataNeedsNoSystem() {
        assertThat(tree.run("qvm-prefs --connect test:///nowhere work netvm"))
                .isEqualTo(new Outcome(0, "sys-firewall\n", ""));
        assertThat(tree.run("qvm-ls --connect test:///nowhere --raw-data --fields name-raw,netvm work"))
                .isEqualTo(new Outcome(0, "work|*sys-firewall\n", ""));
    }

    @Test
    void aToolThatNeedsTheSystemSaysSo() {
        assertRefused("qvm-create --connect test:///nowhere -l red new", 15, "cannot connect to test:///nowhere");
        assertRefused("qvm-check --running --connect test:///nowhere work", 15, "use --offline-mode");
    }
}
