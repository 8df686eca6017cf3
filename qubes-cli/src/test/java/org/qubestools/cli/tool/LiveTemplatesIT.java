package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.io.DiskUsage;

/** A template whose NetVM is based on it, on real VMs: QEMU parts no template from what is based on it. */
final class LiveTemplatesIT extends LiveVmsTest {
    @BeforeEach
    void giveTheTemplateThatNetvm() {
        vms.done("qvm-prefs tiny memory=128 maxmem=128 netvm=sys-net");
    }

    private void assertHalted() {
        for (String vm : List.of("tiny", "sys-net")) {
            assertThat(vms.state(vm)).isEqualTo("Halted");
            assertThat(vms.filesOfRun(vm)).isEmpty();
        }
    }

    private void assertRefused(String commandLine, String message) {
        Outcome outcome = vms.tools().run(commandLine);

        assertThat(outcome.err()).contains(message).hasLineCount(1);
        assertThat(outcome.code()).isEqualTo(1);
    }

    @Test
    void itIsRefusedBeforeItsNetvmStarts() {
        assertRefused("qvm-start -q tiny", "VM 'sys-net', which gives it network and would run before, is based on it");
        assertHalted();

        vms.done("qvm-start -q sys-net");
        vms.console("sys-net", "GUEST-UP sys-net");
        assertRefused("qvm-start -q tiny", "cannot start while VM 'sys-net', which is based on it, runs");
        assertThat(vms.state("sys-net")).isEqualTo("Running");
        vms.done("qvm-shutdown -q --wait sys-net");

        vms.done("qvm-prefs tiny netvm=none");
        vms.done("qvm-start -q tiny");
        vms.console("tiny", "GUEST-UP tiny");
        assertRefused("qvm-start -q sys-net", "'sys-net' cannot start while its template 'tiny' runs");
    }

    @Test
    void itIsTrimmedWithoutNetwork() {
        Path image = vms.root().resolve("var/lib/qubes/vm-templates/tiny/root.img");
        vms.done("qvm-prefs tiny netvm=none");
        vms.done("qvm-start -q tiny");
        vms.inGuest("tiny", "head -c 4000000 /dev/urandom >/filler && sync && rm /filler && sync");
        vms.done("qvm-shutdown -q --wait tiny");
        vms.done("qvm-prefs tiny netvm=sys-net");
        long before = DiskUsage.ofFiles(List.of(image)).get(image).allocated();

        vms.done("qvm-trim-template -q tiny");

        assertThat(DiskUsage.ofFiles(List.of(image)).get(image).allocated()).isLessThan(before - 3_500_000);
        assertHalted();
        assertThat(vms.done("qvm-prefs tiny netvm")).isEqualTo("sys-net\n");
    }
}
