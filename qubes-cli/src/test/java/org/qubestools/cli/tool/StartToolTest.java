package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qubestools.core.vmm.DomainState;

final class StartToolTest extends LiveTest {
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
                        "libvirt resume vault",
                        "memory close",
                        "gui start 1 vault first ORDINARY",
                        "qrexec start 1 vault",
                        "gui start 1 vault second ORDINARY");
    }
}
