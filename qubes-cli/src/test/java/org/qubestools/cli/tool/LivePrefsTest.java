package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainState;

/** What a change of the store does to VMs that run. */
final class LivePrefsTest extends LiveTest {
    private static final List<String> NETWORK_KEYS = List.of(
            "qubesdb open work",
            "qubesdb write work /qubes-ip",
            "qubesdb write work /qubes-netmask",
            "qubesdb write work /qubes-gateway",
            "qubesdb write work /qubes-primary-dns",
            "qubesdb write work /qubes-secondary-dns");

    @BeforeEach
    void startSome() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        runs("work", 3);
    }

    @Test
    void aRunningVmGoesToAnotherNetvm() {
        assertDone("qvm-prefs work netvm sys-net");

        assertThat(steps.get(0)).isEqualTo("libvirt detach network work sys-firewall");
        assertThat(steps.subList(1, 5))
                .containsExactly(
                        "qubesdb open sys-firewall",
                        "qubesdb rm sys-firewall /qubes-iptables-domainrules/",
                        "qubesdb write sys-firewall /qubes-iptables-header",
                        "qubesdb write sys-firewall /qubes-netvm-domid");
        assertThat(steps).containsSubsequence(NETWORK_KEYS).endsWith("libvirt attach network work sys-net");
        assertThat(ExpectedStore.of(tree.store()).value("work", "netvm_qid")).isEqualTo("2");
        assertThat(services.openConnections()).isZero();
    }

    @Test
    void toNoneItsKeysGo() {
        assertDone("qvm-prefs work netvm none");

        assertThat(steps)
                .contains("qubesdb rm work /qubes-ip", "qubesdb rm work /qubes-gateway")
                .noneMatch(step -> step.contains("attach network work none"));
    }

    @Test
    void theNewProxyHearsOfIt() {
        assertDone("qvm-prefs work netvm none");
        steps.clear();

        assertDone("qvm-prefs work netvm sys-firewall");

        assertThat(steps)
                .containsSubsequence(
                        "libvirt attach network work sys-firewall",
                        "qubesdb write sys-firewall /qubes-iptables-domainrules/3",
                        "qubesdb write sys-firewall /qubes-iptables");
    }

    @Test
    void aProxyLearnsTheNumberOfItsNetvm() {
        assertDone("qvm-prefs sys-firewall netvm none");

        assertThat(steps)
                .endsWith(
                        "qubesdb write sys-firewall /qubes-netvm-domid", "qubesdb write sys-firewall /qubes-iptables");
    }

    @Test
    void theRulesOfItsClientsFollowTheDnsServersOfAProxy() {
        tree.write("/var/lib/qubes/appvms/work/firewall.xml", "<QubesFirewallRules policy='deny' dns='allow'/>");

        assertDone("qvm-prefs sys-firewall netvm none");

        assertThat(services.writtenTo("sys-firewall", "/qubes-iptables-domainrules/3"))
                .startsWith("*filter\n")
                .doesNotContain("--dport 53");
        assertDone("qvm-prefs sys-firewall netvm sys-net");
        assertThat(services.writtenTo("sys-firewall", "/qubes-iptables-domainrules/3"))
                .contains("-p udp -d 10.137.1.1 --dport 53 -j ACCEPT");
    }

    @Test
    void theSameNetvmIsNoChange() {
        assertDone("qvm-prefs work netvm sys-firewall");

        assertThat(steps).isEmpty();
    }

    @Test
    void ifItFailsTheStoreHasTheNewOneAndTheErrorSaysSo() {
        vmm.failingAt("attach network work sys-net", new QubesException(ErrorKind.FAILED, "no such device"));

        assertFails(
                "qvm-prefs work netvm sys-net",
                1,
                "the netvm of VM 'work' is stored, but the running VM has no network now: no such device");
        assertThat(ExpectedStore.of(tree.store()).value("work", "netvm_qid")).isEqualTo("2");
    }

    @Test
    void whereTheOldNetworkStaysTheErrorSaysSo() {
        vmm.failingAt("detach network work sys-firewall", new QubesException(ErrorKind.FAILED, "the guest holds it"));

        assertFails(
                "qvm-prefs work netvm none",
                1,
                "is stored, but the running VM may still have that of 'sys-firewall' now: the guest holds it");
    }

    @Test
    void aHaltedNetvmIsRefusedBeforeAnything() {
        assertFails("qvm-kill sys-net nobody", 1, "nobody");
        assertDone("qvm-kill sys-net");
        steps.clear();

        assertRefused("qvm-prefs work netvm sys-net", 1, "VM 'work' is running and 'sys-net' is not");
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
    }

    private void agentsIn(String vm) {
        assertDone("qvm-prefs " + vm + " guiagent_installed True");
        assertDone("qvm-prefs " + vm + " qrexec_installed True");
        runs(vm, 6);
        tree.write("/var/run/qubes/qrexec." + vm, "");
        steps.clear();
    }

    @Test
    void aRunningHvmHearsAtOnceHowItsWindowsAreShown() {
        agentsIn("win7");

        assertDone("qvm-prefs win7 seamless_gui_mode True");
        assertDone("qvm-prefs win7 seamless_gui_mode True");
        assertDone("qvm-prefs --offline-mode win7 seamless_gui_mode False");
        assertDone("qvm-prefs win7 seamless_gui_mode True");
        assertDone("qvm-prefs win7 seamless_gui_mode False");

        assertThat(steps)
                .containsExactly("gui mode win7 SEAMLESS", "gui mode win7 SEAMLESS", "gui mode win7 FULLSCREEN");
    }

    @Test
    void anHvmThatDoesNotGoOnHearsItAtItsStart() {
        agentsIn("win7");
        domain("win7", 6, DomainState.PAUSED);

        assertDone("qvm-prefs win7 seamless_gui_mode True");

        assertThat(steps).isEmpty();
        assertThat(ExpectedStore.of(tree.store()).value("win7", "seamless_gui_mode"))
                .isEqualTo("True");
    }

    @Test
    void aGuiModeThatCannotBeToldIsStoredWithAWarning() {
        agentsIn("win7");
        services.failingAt("gui mode win7 SEAMLESS");

        assertThat(run("qvm-prefs win7 seamless_gui_mode True").err())
                .contains("warning: ", "is shown as before until its next start")
                .hasLineCount(1);
    }

    @Test
    void aDryRunMovesNothing() {
        Outcome outcome = run("qvm-prefs --dry-run work netvm sys-net");

        assertThat(outcome.code()).isZero();
        assertThat(steps).isEmpty();
    }

    @Test
    void aFailedUndefinitionDoesNotStopJustDb() {
        domain("vault", -1, DomainState.SHUTOFF);
        vmm.failingAt("undefine vault", new QubesException(ErrorKind.FAILED, "no answer"));

        assertFails("qvm-remove -q vault", 1, "no answer");
        Outcome outcome = run("qvm-remove -q --just-db vault");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("warning: the definition of 'vault' could not be removed: no answer");
    }

    @Test
    void anUndoThatFailsTooHidesNothing() {
        domain("vault", -1, DomainState.SHUTOFF);
        vmm.failingAt("define safe", new QubesException(ErrorKind.FAILED, "no such machine"))
                .failingAt("define vault", new QubesException(ErrorKind.FAILED, "out of memory"));

        assertFails(
                "qvm-prefs -s vault name safe",
                1,
                "no such machine; could not undo everything, left over: the removed definition of 'vault' (out of memory)");
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
    }
}
