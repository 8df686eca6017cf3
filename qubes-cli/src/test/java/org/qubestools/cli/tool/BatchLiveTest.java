package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** What a batch does to the running system: after the save, in the order of the lines. */
final class BatchLiveTest extends LiveTest {
    private static final String RULES = "/qubes-iptables-domainrules/";

    @BeforeEach
    void startSome() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        runs("work", 3);
        tree.write("/var/run/qubes/qrexec.work", "");
    }

    private Outcome batch(String options, String... lines) {
        return tree.runWithInput("qvm-batch" + options, String.join("\n", lines) + "\n");
    }

    @Test
    void networksFollowThenTheOthersInTheirOrder() {
        Outcome outcome = batch(
                " -q",
                "qvm-firewall work -P deny",
                "qubes-set-updates disable",
                "qvm-prefs work netvm sys-net",
                "qvm-prefs work netvm none");

        assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
        assertThat(steps.get(0)).isEqualTo("libvirt detach network work sys-firewall");
        assertThat(steps).noneMatch(step -> step.startsWith("libvirt attach"));
        assertThat(host.vms().calls()).hasSize(3);
        assertThat(ExpectedStore.of(tree.store()).value("work", "netvm_qid")).isEqualTo("none");
    }

    @Test
    void oneThatCannotFollowKeepsNoOtherFromIt() {
        runs("personal", 4);
        vmm.failingAt("detach network work sys-firewall", new QubesException(ErrorKind.FAILED, "the guest holds it"));

        Outcome outcome = batch(
                " -q", "qvm-prefs work netvm sys-net", "qvm-prefs personal netvm sys-net", "qubes-set-updates disable");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("VM 'work'", "the guest holds it").hasLineCount(1);
        assertThat(vmm.calls()).containsSubsequence("attach network personal sys-net");
        assertThat(host.vms().calls()).isNotEmpty();
    }

    @Test
    void nothingHappensWhenALineFails() {
        Outcome outcome = batch(
                "",
                "qvm-firewall work -P deny",
                "qvm-create -q -l red new",
                "qvm-prefs work netvm sys-net",
                "qvm-remove nowhere");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("line 4: qvm-remove: ");
        assertThat(steps).isEmpty();
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void whatFailsAfterTheSaveIsToldWithItsLine() {
        services.failingAt("qubesdb open sys-firewall");

        Outcome outcome = batch(" -q", "qvm-prefs vault memory 500", "qvm-firewall work -P deny");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("qvm-batch: line 2: qvm-firewall: ").hasLineCount(1);
        assertThat(ExpectedStore.of(tree.store()).value("vault", "memory")).isEqualTo("500");
        assertThat(tree.read("/var/lib/qubes/appvms/work/firewall.xml")).contains("policy=\"deny\"");
    }

    @Test
    void aLineThatIsLeftOutLeavesNothingForLater() {
        Outcome outcome = batch(" -k -q", "qvm-firewall work -a nothing-of-a-rule", "qvm-prefs vault memory 500");

        assertThat(outcome.code()).isEqualTo(SOME);
        assertThat(steps).noneMatch(step -> step.startsWith("qubesdb"));
    }

    @Test
    void definitionsAreThoseOfTheEnd() {
        assertThat(batch(
                        " -q",
                        "qvm-create -l red new",
                        "qvm-prefs -s new name newer",
                        "qvm-create -l red short",
                        "qvm-remove short",
                        "qvm-create --offline-mode -l red quiet"))
                .isEqualTo(new Outcome(0, "", ""));

        assertThat(vmm.calls()).containsExactly("define newer");
    }

    @Test
    void offlineNobodyIsTold() {
        assertThat(batch(" -q --offline-mode", "qvm-firewall work -P deny", "qvm-prefs work netvm none"))
                .isEqualTo(new Outcome(0, "", ""));
        assertThat(batch(" -q", "qvm-firewall --offline-mode work -P allow")).isEqualTo(new Outcome(0, "", ""));
        assertThat(steps).isEmpty();
    }

    @Test
    void rulesForTheRunningProxyAreThoseSaved() {
        batch(" -q", "qvm-firewall work -P deny", "qvm-firewall work -a 10.0.0.1 any");

        assertThat(steps).contains("qubesdb write sys-firewall " + RULES + "3");
    }
}
