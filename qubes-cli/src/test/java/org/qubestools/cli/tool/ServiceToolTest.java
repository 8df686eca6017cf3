package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class ServiceToolTest extends ToolTest {
    private static final String ON = "{'meminfo-writer': True, 'cups': True}";
    private static final String OFF = "{'meminfo-writer': True, 'cups': False}";
    private static final String WITHOUT = "{'meminfo-writer': True}";

    @Test
    void theListIsInTheOrderOfTheFile() {
        assertPrints("qvm-service personal", "meminfo-writer: Enabled\ncups          : Disabled\n");
        assertPrints("qvm-service -l vault", "meminfo-writer: Enabled\n");
        assertPrints("qvm-service dom0", "meminfo-writer: Enabled\n");
    }

    @Test
    void oneServiceCanBeAskedFor() {
        assertPrints("qvm-service personal cups", "Disabled\n");
        assertPrints("qvm-service personal nosuch", "");
    }

    @Test
    void theListAsJson() {
        assertPrints("qvm-service --json personal", """
                {
                  "type": "services",
                  "vm": "personal",
                  "services": {
                    "meminfo-writer": true,
                    "cups": false
                  }
                }
                """);
    }

    @Test
    void enable() {
        assertStore("qvm-service -e work cups", ExpectedStore.small().with("work", "services", ON));
        assertStore("qvm-service personal --enable cups", servicesOfBoth(ON));
    }

    private static ExpectedStore servicesOfBoth(String services) {
        return ExpectedStore.small().with("work", "services", services).with("personal", "services", services);
    }

    @Test
    void disable() {
        assertStore("qvm-service -d work cups", ExpectedStore.small().with("work", "services", OFF));
    }

    @Test
    void defaultRemovesTheEntry() {
        assertStore("qvm-service -D personal cups", ExpectedStore.small().with("personal", "services", WITHOUT));
        assertStore(
                "qvm-service --default personal nosuch", ExpectedStore.small().with("personal", "services", WITHOUT));
    }

    @Test
    void theWayOfR4() {
        assertStore("qvm-service personal cups on", ExpectedStore.small().with("personal", "services", ON));
        assertStore("qvm-service personal cups off", ExpectedStore.small());
    }

    @Test
    void meminfoWriterStaysOffBesidePciDevices() {
        assertRefused("qvm-service -e sys-net meminfo-writer", 1, "it cannot run with PCI devices");
    }

    @Test
    void badNamesAreRefused() {
        assertRefused(tree.run(words("qvm-service", "-e", "work", "a b")), 1, "'a b' is no name of a service");
        assertRefused(tree.run(words("qvm-service", "-e", "work", "a'\n")), 1, "'a'\\x0a' is no name of a service");
        assertRefused("qvm-service -e nosuch cups", 1, "no VM has the name 'nosuch'");
        assertRefused("qvm-service nosuch", 1, "no VM has the name 'nosuch'");
    }

    @Test
    void aNameThatNoQubesDbTakesIsRefused() {
        String longest = "n".repeat(48);

        assertRefused("qvm-service -e work " + longest + "n", 1, "is no name of a service; use 1 to 48 letters");
        assertRefused("qvm-service -d work " + longest + "n", 1, "is no name of a service; use 1 to 48 letters");
        assertPrints("qvm-service -e work " + longest, "");
    }

    @Test
    void aBadNameThatIsThereCanBeRemoved() {
        String bad = "{'meminfo-writer': True, 'a b': True}";
        tree.write(
                "/var/lib/qubes/qubes.xml",
                ExpectedStore.small().with("work", "services", bad).text());

        for (int i = 0; i < 2; i++) {
            assertThat(tree.run(words("qvm-service", "-D", "work", "a b"))).isEqualTo(new Outcome(0, "", ""));
            assertThat(tree.store())
                    .isEqualTo(ExpectedStore.small()
                            .with("work", "services", WITHOUT)
                            .text());
        }
    }

    @Test
    void dryRunWritesNothing() {
        assertPrints(
                "qvm-service --dry-run work cups on",
                "changed AppVM work (qid 4)\n  services: " + WITHOUT + " -> " + ON + "\n");
        assertNothingChanged();
    }

    @Test
    void wrongUsage() {
        assertRefused("qvm-service", USAGE, "operand missing");
        assertRefused("qvm-service -e work", USAGE, "a VM and one service expected");
        assertRefused("qvm-service -l work cups", USAGE, "--list takes one VM");
        assertRefused("qvm-service -e -d work cups", USAGE, "exclude each other");
        assertRefused("qvm-service -l -e work cups", USAGE, "exclude each other");
        assertRefused("qvm-service work cups maybe", USAGE, "'on' or 'off' expected");
    }

    @Test
    void theStoreIsLookedAtAfterTheUsage() throws IOException {
        assertStoreComesLast("qvm-service work cups maybe", "qvm-service work cups on");
    }

    @Test
    void rootMayChangeServices() {
        ExpectedStore changed = ExpectedStore.small().with("work", "services", ON);

        tree.runAsRoot("qvm-service -e work cups");

        assertThat(tree.store()).isEqualTo(changed.text());
    }

    @Test
    void anHvmThatSaysNothingLeavesItsMemoryAlone() {
        String hvm =
                "<QubesHVm name=\"win\" qid=\"77\" label=\"red\" template_qid=\"none\" guiagent_installed=\"True\"";
        tree.write(
                "/var/lib/qubes/qubes.xml",
                tree.store().replace("</QubesVmCollection>", hvm + "/></QubesVmCollection>"));
        assertPrints("qvm-service win", "meminfo-writer: Disabled\n");

        assertPrints("qvm-service -e win meminfo-writer", "");
        assertPrints("qvm-service win", "meminfo-writer: Enabled\n");
    }

    @Test
    void dom0IsFoundWhoeverElseCallsItselfSo() {
        tree.write(
                "/var/lib/qubes/qubes.xml",
                tree.store()
                        .replace("</QubesVmCollection>", "<QubesAppVm name=\"dom0\" qid=\"9\"/></QubesVmCollection>"));

        assertThat(tree.run("qvm-service dom0").out()).isEqualTo("meminfo-writer: Enabled\n");
    }
}
