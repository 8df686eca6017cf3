package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class RemoveToolTest extends ToolTest {
    @Test
    void theEntryAndTheFilesGo() {
        assertStore("qvm-remove -q work", ExpectedStore.small().without("work"));

        assertThat(tree.files()).noneMatch(file -> file.contains("/work"));
    }

    @Test
    void progressIsToldOnStandardError() {
        assertThat(tree.run("qvm-remove work"))
                .isEqualTo(new Outcome(0, "", "qvm-remove: remove /var/lib/qubes/appvms/work\n"));
    }

    @Test
    void justTheEntry() {
        assertStore("qvm-remove --just-db work", ExpectedStore.small().without("work"));

        assertThat(tree.exists("/var/lib/qubes/appvms/work/private.img")).isTrue();
    }

    @Test
    void severalAtOnceAndEachOnce() {
        assertStore(
                "qvm-remove -q work personal work",
                ExpectedStore.small().without("work").without("personal"));
    }

    @Test
    void allAreCheckedBeforeTheFirstIsTouched() {
        assertRefused("qvm-remove work nosuch", 1, "no VM has the name 'nosuch'");
        assertRefused("qvm-remove work personal debian-8 fedora-23", 1, "template 'fedora-23' is used by");
    }

    @Test
    void aTemplateGoesTogetherWithAllItsVms() {
        assertRefused("qvm-remove debian-8", 1, "template 'debian-8' is used by personal (qid=9)");
        assertStore(
                "qvm-remove -q debian-8 personal",
                ExpectedStore.small().without("debian-8").without("personal"));
    }

    @Test
    void noDisposableVmGetsAnotherNetvmWithTheSameQid() {
        tree.run("qvm-create -q -l red -n other");
        tree.run("qvm-prefs work dispvm_netvm other");

        Outcome outcome = tree.run("qvm-remove -q other");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("DisposableVMs that 'work' starts have no network now");
        tree.run("qvm-create -q -l red -n unlike");
        assertThat(tree.run("qvm-prefs work dispvm_netvm").out()).isEmpty();
    }

    @Test
    void wildcards() {
        assertStore("qvm-remove -q w*", ExpectedStore.small().without("work").without("win7"));
        assertThat(tree.run("qvm-remove zz*").code()).isEqualTo(1);
        assertThat(tree.run("qvm-remove zz*").err()).contains("no VM fits the pattern 'zz*'");
    }

    @Test
    void allWithExceptions() {
        assertStore(
                "qvm-remove -q --all --exclude fedora-23 --exclude sys-net --exclude sys-firewall --exclude vault",
                ExpectedStore.small()
                        .without("work")
                        .without("win7")
                        .without("debian-8")
                        .without("personal"));
    }

    @Test
    void exceptionsMayHaveWildcardsAndMustBeVms() {
        assertRefused("qvm-remove --all --exclude nobody", 1, "no VM has the name 'nobody'");
        assertStore(
                "qvm-remove -q --all --exclude fedora* --exclude sys-* --exclude [v-w]* --exclude debian-8",
                ExpectedStore.small().without("personal"));
    }

    @Test
    void anExceptionFromNamesIsNoneThatCouldBeMissed() {
        assertRefused("qvm-remove work vault --exclude vault", 2, "--exclude goes with --all");
    }

    @Test
    void whatAPackageOwnsStays() {
        assertRefused("qvm-remove --all", 1, "'fedora-23' was installed by a package");
    }

    @Test
    void dom0Stays() {
        assertRefused("qvm-remove dom0", 1, "dom0 cannot be removed");
    }

    @Test
    void whoGivesNetworkStaysUnlessForced() {
        assertRefused("qvm-remove sys-firewall", 1, "gives network to fedora-23 (qid=1), work (qid=4)");
    }

    @Test
    void forcedItsClientsLoseTheNetwork() {
        ExpectedStore expected = ExpectedStore.small()
                .without("sys-firewall")
                .withGlobal("default_netvm", "None")
                .withGlobal("updatevm", "None");
        for (String client : words("fedora-23", "work", "win7", "debian-8", "personal")) {
            expected = expected.with(client, "netvm_qid", "none").with(client, "uses_default_netvm", "False");
        }

        Outcome outcome = tree.run("qvm-remove -q --force sys-firewall");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).hasLineCount(5).contains("warning: VM 'work' has no network now");
        assertThat(tree.store()).isEqualTo(expected.text());
    }

    @Test
    void theAutostartLinkGoesToo() {
        tree.run("qvm-prefs work autostart on");

        tree.run("qvm-remove -q work");

        assertThat(tree.exists("/etc/systemd/system/multi-user.target.wants/qubes-vm@work.service"))
                .isFalse();
    }

    @Test
    void filesThatAreGoneAreAWarning() throws IOException {
        Files.move(tree.path("/var/lib/qubes/appvms/work"), tree.path("/var/lib/qubes/appvms/elsewhere"));

        assertThat(tree.run("qvm-remove work"))
                .isEqualTo(new Outcome(0, "", "qvm-remove: warning: /var/lib/qubes/appvms/work is gone already\n"));
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        tree.write("/home/precious", "x");
        Files.createSymbolicLink(tree.path("/var/lib/qubes/appvms/work/link"), tree.path("/home"));

        tree.run("qvm-remove -q work");

        assertThat(tree.exists("/home/precious")).isTrue();
        assertThat(tree.exists("/var/lib/qubes/appvms/work")).isFalse();
    }

    @Test
    void dryRunRemovesNothing() {
        assertPrints("qvm-remove --dry-run work", "removed AppVM work (qid 4)\nremove /var/lib/qubes/appvms/work\n");
        assertNothingChanged();
    }

    @Test
    void jsonTellsWhatWasRemoved() {
        assertThat(tree.run("qvm-remove -q --json work").out())
                .contains("\"change\": \"removed\",\n      \"class\": \"AppVM\",\n      \"qid\": 4");
    }

    @Test
    void wrongUsageAndTheOrderOfChecks() throws IOException {
        assertRefused("qvm-remove", USAGE, "names of VMs, or --all, expected");
        assertRefused("qvm-remove --all work", USAGE, "names of VMs, or --all, expected");
        assertOrderOfChecks("qvm-remove", "qvm-remove work");
        assertStoreComesLast("qvm-remove", "qvm-remove work");
    }
}
