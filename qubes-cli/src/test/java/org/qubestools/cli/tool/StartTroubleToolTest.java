package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.VmmTraits;

/** What {@code qvm-start} says and leaves where something is wrong. */
final class StartTroubleToolTest extends LiveTest {
    private static final int MANY = 250;

    /** A store of a template and 250 VMs of it, with their files. */
    private void manyVms() {
        StringBuilder store = new StringBuilder("""
                <QubesVmCollection clockvm="none" default_fw_netvm="none" default_kernel="4.4.14-11" default_netvm="none" default_template="1" updatevm="none">
                  <QubesAdminVm label="black" memory="300" name="dom0" netid="0" qid="0"/>
                  <QubesTemplateVm uuid="00000000-0000-4000-8000-000000000001" label="black" memory="400" name="fedora-23" netvm_qid="none" qid="1" template_qid="none" uses_default_netvm="False" maxmem="4000"/>
                """);
        for (int i = 0; i < MANY; i++) {
            int qid = i + 2;
            store.append(String.format(
                    "  <QubesAppVm uuid=\"00000000-0000-4000-8000-%012d\" label=\"blue\" memory=\"400\" name=\"vm%d\""
                            + " netvm_qid=\"none\" qid=\"%d\" template_qid=\"1\" uses_default_netvm=\"False\""
                            + " maxmem=\"4000\"/>%n",
                    qid, qid, qid));
            tree.sparse("/var/lib/qubes/appvms/vm" + qid + "/private.img", 2 << 20);
        }
        tree.write(
                "/var/lib/qubes/qubes.xml",
                store.append("</QubesVmCollection>\n").toString());
    }

    private Set<String> running() {
        Set<String> names = new TreeSet<>();
        for (DomainSnapshot domain : vmm.domains()) {
            assertThat(domain.state()).as(domain.name()).isIn(DomainState.RUNNING, DomainState.SHUTOFF);
            if (domain.active()) {
                names.add(domain.name());
            }
        }
        return names;
    }

    /** Ctrl-C at some steps of the hundredth of 250 VMs. */
    @Test
    void ctrlCInTheMiddleOfManyLeavesWholeVms() {
        List<String> moments = List.of(
                "libvirt define vm101",
                "libvirt create paused vm101",
                "qubesdb start 100 vm101",
                "qubesdb write vm101 /qubes-random-seed",
                "libvirt resume vm101");
        int started = 0;
        for (String moment : moments) {
            manyVms();
            driver(VmmTraits.XEN);
            services.runningDatabases().forEach(services::loseDatabase);
            steps.at(moment, host::interrupt);

            Outcome outcome = run("qvm-start -q --all");

            started = moment.equals("libvirt resume vm101") ? 100 : 99;
            assertThat(outcome).as(moment).isEqualTo(new Outcome(130, "", "qvm-start: interrupted\n"));
            assertThat(running()).as(moment).hasSize(started).contains("vm100");
            assertThat(services.runningDatabases()).as(moment).isEqualTo(running());
            assertThat(services.openGrants()).as(moment).isZero();
            assertThat(services.openConnections()).as(moment).isZero();
            assertThat(tree.exists("/var/lib/qubes/appvms/vm101/volatile.img"))
                    .as(moment)
                    .isEqualTo(started == 100);
        }
        assertThat(started).isEqualTo(100);
        assertDone("qvm-start -q --all");
        assertThat(running()).hasSize(MANY);
    }

    /** The same where several start at once: each of the 250 runs whole, or nothing is left of it. */
    @Test
    void ctrlCInTheMiddleOfManyAtOnceLeavesWholeVms() throws Exception {
        List<String> moments = List.of(
                "libvirt define vm101",
                "libvirt create paused vm101",
                "qubesdb write vm101 /qubes-random-seed",
                "libvirt resume vm101");
        for (String moment : moments) {
            manyVms();
            driver(VmmTraits.QEMU);
            services.runningDatabases().forEach(services::loseDatabase);
            for (int qid = 2; qid < MANY + 2; qid++) {
                Files.deleteIfExists(tree.path("/var/lib/qubes/appvms/vm" + qid + "/volatile.img"));
            }
            steps.at(moment, host::interrupt);

            Outcome outcome = run("qvm-start -q --all");

            assertThat(outcome).as(moment).isEqualTo(new Outcome(130, "", "qvm-start: interrupted\n"));
            Set<String> running = running();
            assertThat(running).as(moment).hasSizeBetween(96, MANY - 1);
            assertThat(services.runningDatabases()).as(moment).isEqualTo(running);
            assertThat(services.openConnections()).as(moment).isZero();
            for (int qid = 2; qid < MANY + 2; qid++) {
                assertThat(tree.exists("/var/lib/qubes/appvms/vm" + qid + "/volatile.img"))
                        .as(moment + " vm" + qid)
                        .isEqualTo(running.contains("vm" + qid));
            }
        }
        assertDone("qvm-start -q --all");
        assertThat(running()).hasSize(MANY);
    }

    @Test
    void aMissingKernelIsNamed() throws Exception {
        Files.delete(tree.path("/var/lib/qubes/vm-kernels/4.4.14-11/vmlinuz"));

        assertRefused("qvm-start -q vault", 1, "/var/lib/qubes/vm-kernels/4.4.14-11/vmlinuz");
    }

    @Test
    void aMissingImageIsNamed() throws Exception {
        Files.delete(tree.path("/var/lib/qubes/vm-templates/fedora-23/root.img"));
        Files.delete(tree.path("/var/lib/qubes/appvms/win7/root.img"));

        assertRefused("qvm-start -q win7", 1, "/var/lib/qubes/appvms/win7/root.img");
        assertRefused("qvm-start -q work", 1, "/var/lib/qubes/vm-templates/fedora-23/root.img");
    }

    @Test
    void aTemplateDoesNotStartBesideItsVmsWhereTheyShareItsImage() {
        driver(VmmTraits.QEMU);
        runs("work", 4);

        assertRefused("qvm-start -q fedora-23", 1, "template 'fedora-23' cannot start while VM 'work', which is based");
    }

    @Test
    void aTemplateWhoseNetvmIsBasedOnItStartsOnlyWhereScriptsPartThem() {
        driver(VmmTraits.QEMU);
        assertRefused(
                "qvm-start -q fedora-23",
                1,
                "template 'fedora-23' cannot start: VM 'sys-firewall', which gives it network and would run before, is"
                        + " based on it");

        driver(VmmTraits.XEN);
        assertDone("qvm-start -q --no-guid fedora-23");
        assertThat(steps)
                .containsSubsequence(
                        "libvirt resume sys-net", "libvirt resume sys-firewall", "libvirt resume fedora-23");
    }

    @Test
    void aLoopOfNetvmsInTheStoreStartsNothing() {
        String loop = tree.store().replaceFirst("(<QubesProxyVm [^>]*netvm_qid=\")2\"", "$13\"");
        assertThat(loop).isNotEqualTo(tree.store());
        tree.write("/var/lib/qubes/qubes.xml", loop);

        Outcome outcome = run("qvm-start -q work");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err().lines().filter(line -> !line.startsWith("qvm-start: warning: ")))
                .singleElement()
                .asString()
                .contains("loop");
        assertThat(steps).isEmpty();
    }
}
