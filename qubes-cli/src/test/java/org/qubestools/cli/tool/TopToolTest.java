package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;

final class TopToolTest extends LiveTest {
    @BeforeEach
    void startSome() {
        vmm.with(new DomainSnapshot(
                "dom0", "00000000-0000-0000-0000-000000000000", true, 0, DomainState.RUNNING, 2048 * 1024, 0));
        runs("work", 3);
        runs("vault", 4);
        // Each look is a second apart; a VM has two CPUs.
        vmm.usingCpu("work", 500_000_000L).usingCpu("vault", 1_000_000_000L);
    }

    @Test
    void theBusiestComesFirst() {
        assertThat(run("qvm-top")).isEqualTo(new Outcome(0, """
                        -------+------+------+
                          name |  cpu |  mem |
                        -------+------+------+
                         vault | 50.0 |  400 |
                          work | 25.0 |  400 |
                          dom0 |  0.0 | 2048 |
                        """, ""));
        assertThat(host.time().sleeps()).containsExactly(1000L);
    }

    @Test
    void aLineForAStatusBar() {
        assertThat(run("qvm-top --list").out()).isEqualTo("50.0 vault, 25.0 work,  ... | 0.8 G + 2.0 G");
        assertThat(run("qvm-top --list 1").out()).isEqualTo("50.0 vault,  ... | 0.8 G + 2.0 G");
        assertThat(run("qvm-top --list 3 90").out()).isEqualTo("0.8 G + 2.0 G");
    }

    @Test
    void jsonIsALineEachTime() {
        Outcome outcome = run("qvm-top --json --count 2 --interval 5");

        assertThat(outcome.out())
                .hasLineCount(2)
                .startsWith("{\"type\":\"top\",\"vms\":[{\"name\":\"vault\",\"cpu_percent\":10.0,\"memory_mib\":400},");
        assertThat(host.time().sleeps()).containsExactly(5000L, 5000L);
    }

    @Test
    void ctrlCEndsItWithoutAnError() {
        host.interruptAtOnce();

        assertThat(run("qvm-top --count 5")).isEqualTo(new Outcome(0, "", ""));
    }

    @Test
    void wrongUse() {
        assertRefused("qvm-top work", 2, "operand");
        assertRefused("qvm-top --list x", 2, "--list takes a number and a percentage");
        assertRefused("qvm-top --offline-mode", 14, "offline mode is on");
    }
}
