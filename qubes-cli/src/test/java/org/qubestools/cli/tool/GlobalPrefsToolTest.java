package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class GlobalPrefsToolTest extends ToolTest {
    @Test
    void theListIsSortedAndPadded() {
        String list = """
                clockvm           : sys-net
                default-fw-netvm  : sys-net
                default-kernel    : 4.4.14-11
                default-netvm     : sys-firewall
                default-template  : fedora-23
                updatevm          : sys-firewall
                """;
        assertPrints("qubes-prefs", list);
        assertPrints("qubes-prefs -l", list);
    }

    @Test
    void noneIsNothingAndForTheKernelAWord() {
        tree.write(
                "/var/lib/qubes/qubes.xml",
                ExpectedStore.small()
                        .withGlobal("clockvm", "None")
                        .withGlobal("default_kernel", "None")
                        .text());

        assertThat(tree.run("qubes-prefs").out())
                .contains("clockvm           : \n")
                .contains("default-kernel    : None\n");
        assertPrints("qubes-prefs clockvm", "\n");
        assertPrints("qubes-prefs default-kernel", "\n");
    }

    @Test
    void getKnowsBothSpellings() {
        assertPrints("qubes-prefs default-netvm", "sys-firewall\n");
        assertPrints("qubes-prefs -g default_netvm", "sys-firewall\n");
    }

    @Test
    void jsonHasUnderscores() {
        assertPrints("qubes-prefs --json", """
                {
                  "type": "globals",
                  "globals": {
                    "clockvm": "sys-net",
                    "default_fw_netvm": "sys-net",
                    "default_kernel": "4.4.14-11",
                    "default_netvm": "sys-firewall",
                    "default_template": "fedora-23",
                    "updatevm": "sys-firewall"
                  }
                }
                """);
        assertThat(tree.run("qubes-prefs --json clockvm").out())
                .isEqualTo("{\n  \"type\": \"global\",\n  \"property\": \"clockvm\",\n  \"value\": \"sys-net\"\n}\n");
    }

    @Test
    void setChangesOneAttribute() {
        assertStore("qubes-prefs default-netvm sys-net", ExpectedStore.small().withGlobal("default_netvm", "2"));
    }

    @Test
    void noneAndTheEmptyTextSetNone() {
        assertStore("qubes-prefs -s clockvm none", ExpectedStore.small().withGlobal("clockvm", "None"));
        tree.run("qubes-prefs clockvm sys-net");

        assertThat(tree.run(words("qubes-prefs", "-s", "clockvm", ""))).isEqualTo(new Outcome(0, "", ""));
        assertThat(tree.store())
                .isEqualTo(ExpectedStore.small().withGlobal("clockvm", "None").text());
    }

    @Test
    void theDefaultKernelCanBeNoneOrInstalled() {
        assertStore("qubes-prefs default-kernel none", ExpectedStore.small().withGlobal("default_kernel", "None"));
        assertStore(
                "qubes-prefs default-kernel 3.18.17-8",
                ExpectedStore.small().withGlobal("default_kernel", "3.18.17-8"));
    }

    @Test
    void unsuitedValuesAreRefused() {
        assertRefused("qubes-prefs default-kernel nosuch", 1, "'nosuch' is no usable kernel");
        assertRefused("qubes-prefs default-kernel ../x", 1, "'../x' is no usable kernel");
        assertRefused("qubes-prefs default-template work", 1, "'work' is not a TemplateVM");
        assertRefused("qubes-prefs default-netvm work", 1, "'work' gives no network");
        assertRefused("qubes-prefs default-fw-netvm vault", 1, "'vault' gives no network");
        assertRefused("qubes-prefs updatevm nosuch", 1, "no VM has the name 'nosuch'");
        assertRefused("qubes-prefs bogus", 1, "properties: clockvm default-fw-netvm");
        assertRefused("qubes-prefs bogus work", 1, "there is no global property 'bogus'");
    }

    @Test
    void dryRunWritesNothing() {
        assertPrints("qubes-prefs --dry-run updatevm work", "globals: updatevm: 3 -> 4\n");
        assertNothingChanged();
    }

    @Test
    void theOldCodesForWrongUsage() {
        assertRefused("qubes-prefs -l -s", 1, "give only one of");
        assertRefused("qubes-prefs -s clockvm", 1, "a property and a value expected");
        assertRefused("qubes-prefs -g", 1, "a property expected");
    }

    @Test
    void furtherOperandsAreWrongUsage() {
        assertRefused("qubes-prefs clockvm none x", USAGE, "unexpected operand 'x'");
        assertRefused("qubes-prefs -g clockvm none", USAGE, "too many operands");
        assertRefused("qubes-prefs -l clockvm", USAGE, "too many operands");
    }

    @Test
    void theStoreIsLookedAtAfterTheUsage() throws IOException {
        assertStoreComesLast("qubes-prefs -l clockvm", "qubes-prefs clockvm none");
    }

    @Test
    void rootMaySetThem() {
        assertThat(tree.runAsRoot("qubes-prefs clockvm none").code()).isZero();
    }

    @Test
    void severalAreSetTogetherOrNotAtAll() throws IOException {
        assertRefused("qubes-prefs updatevm=sys-net clockvm=nobody", 1, "no VM has the name 'nobody'");
        assertStore(
                "qubes-prefs updatevm=sys-net default_netvm= default-kernel=",
                ExpectedStore.small()
                        .withGlobal("updatevm", "2")
                        .withGlobal("default_netvm", "None")
                        .withGlobal("default_kernel", "None"));
    }

    @Test
    void oneAssignmentIsEnough() throws IOException {
        assertStore("qubes-prefs updatevm=sys-net", ExpectedStore.small().withGlobal("updatevm", "2"));
    }

    @Test
    void theDefaultIsNone() throws IOException {
        assertStore(
                "qubes-prefs -D updatevm clockvm",
                ExpectedStore.small().withGlobal("updatevm", "None").withGlobal("clockvm", "None"));
        assertPrints("qubes-prefs --hide-default", """
                default-fw-netvm  : sys-net
                default-kernel    : 4.4.14-11
                default-netvm     : sys-firewall
                default-template  : fedora-23
                """);
    }

    @Test
    void malformedAssignmentsAreRefused() {
        assertRefused("qubes-prefs -D", 1, "a property expected; properties: clockvm");
        assertRefused("qubes-prefs -D updatevm=x", 1, "there is no global property 'updatevm=x'");
        assertRefused("qubes-prefs -D -s updatevm x", 1, "give only one of");
        assertRefused("qubes-prefs updatevm=x clockvm", 2, "PROPERTY=VALUE expected, not 'clockvm'");
        assertRefused("qubes-prefs bogus=x", 1, "there is no global property 'bogus'");
        assertRefused("qubes-prefs -g updatevm=x", 1, "there is no global property 'updatevm=x'");
    }

    @Test
    void theirMeaningIsListed() {
        assertThat(tree.run("qubes-prefs --help-properties").out())
                .hasLineCount(6)
                .contains("default-template           template of new VMs\n");
    }
}
