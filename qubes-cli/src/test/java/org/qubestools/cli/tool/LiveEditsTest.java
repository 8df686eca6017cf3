package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Firewalls, images and updates of VMs that run. */
final class LiveEditsTest extends LiveTest {
    private static final String RULES = "/qubes-iptables-domainrules/";

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
