package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.VmmTraits;

final class CreateDvmToolTest extends LiveTest {
    private static final String DVM = "/var/lib/qubes/appvms/fedora-23-dvm";
    private static final String SCRIPT_BASE64 = "L3Vzci9saWIvcXViZXMvZGlzcHZtLXByZXJ1bi5zaAo=";

    @BeforeEach
    void startNetwork() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
    }

    private Path target(String link) throws Exception {
        return Files.readSymbolicLink(tree.path(link));
    }

    @Test
    void theVmIsMadeStartedAndSaved() throws Exception {
        services.answering("fedora-23-dvm", "/qubes-save-request", "/qubes-used-mem", "512000");
        vmm.savingFiles();

        Outcome outcome = run("qvm-create-default-dvm -q --default-template --default-script");

        assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
        assertThat(steps)
                .containsSubsequence(
                        "libvirt create paused fedora-23-dvm",
                        "gui start 3 fedora-23-dvm first INVISIBLE",
                        "qubesdb write fedora-23-dvm /qubes-save-script",
                        "qubesdb write fedora-23-dvm /qubes-save-request",
                        "gui stop 3 fedora-23-dvm",
                        "libvirt detach disk fedora-23-dvm xvdb",
                        "libvirt set memory fedora-23-dvm 512000 513024",
                        "qubesdb stop fedora-23-dvm",
                        "libvirt save fedora-23-dvm " + tree.path(DVM + "/dvm-savefile"),
                        "exec tar -Scf " + tree.path(DVM + "/saved-cows.tar") + " -C " + tree.path(DVM)
                                + " volatile.img")
                .noneMatch(step -> step.startsWith("qrexec start 3"));
        ExpectedStore store = ExpectedStore.of(tree.store());
        assertThat(store.value("fedora-23-dvm", "memory")).isEqualTo("500");
        assertThat(store.value("fedora-23-dvm", "internal")).isEqualTo("True");
        assertThat(store.value("fedora-23-dvm", "label")).isEqualTo("gray");
        assertThat(store.value("fedora-23-dvm", "vcpus")).isEqualTo("1");
        assertThat(store.value("fedora-23-dvm", "maxmem")).isEqualTo("4000");
        assertThat(target("/var/lib/qubes/dvmdata/default-savefile")).hasToString(DVM + "/dvm-savefile");
        assertThat(target("/var/lib/qubes/dvmdata/savefile-root"))
                .hasToString("/var/lib/qubes/vm-templates/fedora-23/root.img");
        assertThat(target("/var/run/qubes/current-savefile")).hasToString(DVM + "/dvm-savefile");
        assertThat(services.writtenTo("fedora-23-dvm", "/qubes-save-script")).isEqualTo(SCRIPT_BASE64);
        assertThat(services.openConnections()).isZero();
    }

    @Test
    void aVmThatSaysNoNumberIsKilled() {
        services.answering("fedora-23-dvm", "/qubes-save-request", "/qubes-used-mem", "much");

        assertFails("qvm-create-default-dvm -q fedora-23", 1, "says no number for the memory that it uses");

        assertThat(vmm.domains().stream().filter(DomainSnapshot::active).map(DomainSnapshot::name))
                .containsExactly("sys-net", "sys-firewall");
    }

    @Test
    void aVmThatIsNeverReadyIsKilled() {
        assertFails("qvm-create-default-dvm -q fedora-23", 1, "was not ready to be saved after 10 minutes");

        assertThat(vmm.calls()).endsWith("destroy fedora-23-dvm");
    }

    @Test
    void whereNothingIsRestoredOnlyTheVmIsMade() {
        driver(VmmTraits.QEMU);

        Outcome outcome = run("qvm-create-default-dvm -q fedora-23");

        assertThat(outcome.code()).isZero();
        assertThat(vmm.calls()).containsExactly("define fedora-23-dvm");
    }

    @Test
    void aDryRunSaysWhatWouldBeMadeAndSaved() {
        Outcome outcome = run("qvm-create-default-dvm -q --dry-run fedora-23");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .startsWith("new AppVM fedora-23-dvm (qid 7)\n")
                .contains("  vcpus: (absent) -> 1\n", "create " + DVM + "\n")
                .endsWith("VM 'fedora-23-dvm' would be started and saved, DisposableVMs be restored from that\n");
        assertThat(steps).isEmpty();
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
        assertThat(run("qvm-create-default-dvm --dry-run --json fedora-23").out())
                .contains("\"vm\": \"fedora-23-dvm\"", "\"image\": null", "\"dry_run\": true");
    }

    @Test
    void aDryRunRefusesWhatTheRealOneWould() {
        assertRefused("qvm-create-default-dvm --dry-run work", 1, "DisposableVMs need a TemplateVM");
        assertThat(run("qvm-create -q -l red -t fedora-23 fedora-23-dvm").code())
                .isZero();
        assertThat(run("qvm-create-default-dvm --dry-run fedora-23").out())
                .isEqualTo("VM 'fedora-23-dvm' would be started and saved, DisposableVMs be restored from that\n");
        tree.write("/var/run/qubes/qrexec.fedora-23-dvm", "");
        assertThat(run("qvm-start -q fedora-23-dvm").code()).isZero();
        assertRefused("qvm-create-default-dvm --dry-run fedora-23", 1, "VM 'fedora-23-dvm' is running");
    }

    @Test
    void onlyATemplateVmWillDo() {
        assertRefused("qvm-create-default-dvm work", 1, "DisposableVMs need a TemplateVM");
        assertRefused("qvm-create-default-dvm nobody", 1, "no VM has the name 'nobody'");
        assertRefused("qvm-create-default-dvm --used-template", 1, "there is no such template");
        assertRefused("qvm-create-default-dvm", 2, "a template, and at most one script, expected");
    }
}
