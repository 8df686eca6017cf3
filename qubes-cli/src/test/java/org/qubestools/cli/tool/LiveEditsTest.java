package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.runtime.Programs;
import org.qubestools.core.vmm.VmmTraits;

/** Firewalls, images and updates of VMs that run. */
final class LiveEditsTest extends LiveTest {
    private static final String RULES = "/qubes-iptables-domainrules/";

    /** In the year 2100. */
    private static final long LATER = 4102444800L;

    @BeforeEach
    void startSome() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        runs("work", 3);
    }

    @Test
    void theProxyHearsOfAChangedFirewall() {
        assertDone("qvm-firewall work -P deny");

        assertThat(steps)
                .containsSubsequence(
                        "qubesdb rm sys-firewall " + RULES,
                        "qubesdb write sys-firewall " + RULES + "3",
                        "qubesdb write sys-firewall /qubes-iptables")
                .noneMatch(step -> step.contains("write sys-net"));
        assertThat(services.openConnections()).isZero();
    }

    @Test
    void reloadChangesNothingButTellsTheProxy() {
        String before = tree.store();

        assertDone("qvm-firewall -r work");

        assertThat(steps).contains("qubesdb write sys-firewall " + RULES + "3");
        assertThat(tree.store()).isEqualTo(before);
    }

    @Test
    void nobodyIsToldOfAListADryRunOrAHaltedVm() {
        run("qvm-firewall work");
        run("qvm-firewall --dry-run work -P deny");
        run("qvm-firewall --offline-mode work -P deny");
        assertDone("qvm-firewall personal -P deny");

        assertThat(steps).noneMatch(step -> step.startsWith("qubesdb"));
    }

    @Test
    void rulesAreStoredThoughTheProxyCannotBeTold() {
        services.failingAt("qubesdb open sys-firewall");

        assertFails("qvm-firewall work -P deny", 1, "sys-firewall");

        assertThat(run("qvm-firewall --offline-mode work").out()).startsWith("Firewall policy: DENY");
    }

    private void rulesThatExpireAt(long second) {
        tree.write(
                "/var/lib/qubes/appvms/work/firewall.xml",
                "<QubesFirewallRules policy='deny'><rule address='192.0.2.7' proto='any' expire='" + second
                        + "'/></QubesFirewallRules>");
    }

    private void systemdRuns() throws IOException {
        Files.createDirectories(tree.path("/run/systemd/system"));
        tree.write("/lib/systemd/system/qubes-reload-firewall@.timer", "");
    }

    private List<String> programs() {
        return steps.stream().filter(step -> step.startsWith("exec ")).toList();
    }

    @Test
    void aTimerTellsTheProxyOfRulesThatExpire() throws IOException {
        systemdRuns();
        rulesThatExpireAt(LATER);

        assertDone("qvm-firewall work -i deny");

        assertThat(programs()).containsExactly("exec sudo -n -- systemctl start qubes-reload-firewall@work.timer");
        assertThat(services.writtenTo("sys-firewall", RULES + "3")).contains("192.0.2.7");
    }

    @Test
    void theTimerOfAVmWithoutRulesThatExpireEndsItselfByReload() throws IOException {
        systemdRuns();
        rulesThatExpireAt(1000);
        host.asRoot();

        assertDone("qvm-firewall --force-root -r work");

        assertThat(programs()).containsExactly("exec systemctl stop qubes-reload-firewall@work.timer");
        assertThat(services.writtenTo("sys-firewall", RULES + "3")).isNotEmpty().doesNotContain("192.0.2.7");
    }

    @Test
    void itGoesOnWhileSomeAreLeft() throws IOException {
        systemdRuns();
        rulesThatExpireAt(LATER);
        host.asRoot();

        assertDone("qvm-firewall --force-root -r work");

        assertThat(programs()).containsExactly("exec systemctl start qubes-reload-firewall@work.timer");
    }

    @Test
    void itEndsWithItsVm() throws IOException {
        systemdRuns();
        host.asRoot();

        assertFails("qvm-firewall --force-root -r gone", 1, "'gone'");

        assertThat(programs()).containsExactly("exec systemctl stop qubes-reload-firewall@gone.timer");
    }

    @Test
    void itEndsWhenItsVmHasNoProxyAnyMore() throws IOException {
        systemdRuns();
        rulesThatExpireAt(LATER);
        run("qvm-prefs -s work netvm sys-net");
        steps.clear();
        host.asRoot();

        assertDone("qvm-firewall --force-root -r work");

        assertThat(steps).containsExactly("exec systemctl stop qubes-reload-firewall@work.timer");
    }

    @Test
    void aVmThatStartsWithRulesThatExpireHasItsTimer() throws IOException {
        systemdRuns();
        rulesThatExpireAt(LATER);
        run("qvm-kill work");

        assertThat(run("qvm-start work").code()).isZero();

        assertThat(programs()).contains("exec sudo -n -- systemctl start qubes-reload-firewall@work.timer");
    }

    @Test
    void noTimerIsAskedForWhereNoneIsNeeded() throws IOException {
        systemdRuns();
        rulesThatExpireAt(LATER);
        run("qvm-firewall --offline-mode work -i deny");
        run("qvm-firewall --dry-run work -i allow");
        run("qvm-firewall work");
        rulesThatExpireAt(1000);
        run("qvm-firewall -r work");
        run("qvm-firewall work -i allow");

        assertThat(programs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "false, XEN, systemd does not run here",
        "true, XEN, sudo ended with status 1: a password is required",
        "true, QEMU, only root has timers that see its VMs",
    })
    void whereNoTimerDoesItTheUserIsToldAndTheRulesAreStored(boolean systemd, String driver, String why)
            throws IOException {
        driver(driver.equals("XEN") ? VmmTraits.XEN : VmmTraits.QEMU);
        startSome();
        if (systemd) {
            systemdRuns();
        }
        services.programs("sudo", new Programs.Outcome(1, "", "a password is required\n"));
        rulesThatExpireAt(LATER);

        Outcome outcome = run("qvm-firewall work -i deny");

        assertThat(outcome.err())
                .isEqualTo("qvm-firewall: when rules of VM 'work' expire its ProxyVM keeps them until"
                        + " 'qvm-firewall -r work': " + why + "\n");
        assertThat(outcome.code()).isZero();
        assertThat(services.writtenTo("sys-firewall", RULES + "3")).contains("192.0.2.7");
    }

    @Test
    void imagesOfVmsThatCannotBeToldStayAsTheyAre() throws IOException {
        tree.write("/var/lib/qubes/appvms/work/private.img", "x");

        assertFails("qvm-grow-private work 4G", 1, "VM 'work' is not connected to qrexec");
        assertThat(Files.size(tree.path("/var/lib/qubes/appvms/work/private.img")))
                .isEqualTo(1);
        assertDone("qvm-grow-private --offline-mode work 1K");
    }

    @Test
    void runningVmsAreToldOfUpdates() {
        tree.write("/var/run/qubes/qrexec.work", "");

        assertDone("qubes-set-updates disable");

        assertThat(host.vms().calls())
                .containsExactly(
                        "start sys-net root:systemctl stop qubes-update-check.timer -t -T",
                        "start sys-firewall root:systemctl stop qubes-update-check.timer -t -T",
                        "start work root:systemctl stop qubes-update-check.timer -t -T");
    }
}
