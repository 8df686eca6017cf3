package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class CheckToolTest extends ToolTest {
    private static final int SOME = 3;

    private void assertSays(String commandLine, int code, String err) {
        assertThat(tree.run(commandLine)).isEqualTo(new Outcome(code, "", err));
    }

    @Test
    void oneLineTellsWhetherAVmExists() {
        assertSays("qvm-check work", 0, "qvm-check: VM 'work' exists\n");
        assertSays("qvm-check nosuch", 1, "qvm-check: VM 'nosuch' does not exist\n");
    }

    @Test
    void quietSaysNothing() {
        assertSays("qvm-check -q work", 0, "");
        assertSays("qvm-check --quiet nosuch", 1, "");
    }

    @Test
    void severalVmsHaveACodeForSome() {
        assertSays("qvm-check -q work vault", 0, "");
        assertSays("qvm-check -q nosuch nowhere", 1, "");
        assertSays(
                "qvm-check work nosuch", SOME, "qvm-check: VM 'work' exists\nqvm-check: VM 'nosuch' does not exist\n");
    }

    @Test
    void templates() {
        assertSays("qvm-check --template fedora-23", 0, "qvm-check: VM 'fedora-23' exists, is a template\n");
        assertSays("qvm-check --template work", 1, "qvm-check: VM 'work' is not a template\n");
    }

    @Test
    void networked() {
        assertSays("qvm-check --networked vault", 1, "qvm-check: VM 'vault' has no network\n");
        assertSays("qvm-check --networked work", 0, "qvm-check: VM 'work' exists, is networked\n");
    }

    @Test
    void ofSeveralStatesAllMustHold() {
        assertSays("qvm-check -q --template --networked fedora-23", 0, "");
        assertSays("qvm-check -q --template --networked work", 1, "");
    }

    @Test
    void offlineNothingButDom0Runs() {
        assertSays("qvm-check -q --running work", 1, "");
        assertSays("qvm-check -q --running dom0", 0, "");
        assertSays("qvm-check -q --paused work", 1, "");
    }

    @Test
    void wildcardsAndAll() {
        assertSays("qvm-check sys-*", 0, "qvm-check: VM 'sys-net' exists\nqvm-check: VM 'sys-firewall' exists\n");
        assertSays("qvm-check zz*", 1, "qvm-check: VM 'zz*' does not exist\n");
        assertThat(tree.run("qvm-check --all --exclude work --exclude vault").err())
                .hasLineCount(6)
                .doesNotContain("dom0", "work", "vault");
        assertThat(tree.run("qvm-check --all --exclude *o* --exclude sys-*").err())
                .isEqualTo("""
                        qvm-check: VM 'vault' exists
                        qvm-check: VM 'win7' exists
                        qvm-check: VM 'debian-8' exists
                        """);
        assertThat(tree.run("qvm-check --all --exclude nobody").err())
                .contains("no VM has the name 'nobody'")
                .hasLineCount(1);
        assertThat(tree.run("qvm-check work --exclude work").code()).isEqualTo(2);
    }

    @Test
    void jsonHasOneAnswerAVm() {
        assertThat(tree.run("qvm-check --json work nosuch")).isEqualTo(new Outcome(SOME, """
                        {
                          "type": "check",
                          "vms": {
                            "work": true,
                            "nosuch": false
                          }
                        }
                        """, ""));
    }

    @Test
    void theNameIsPrintedWithoutControlCharacters() {
        assertThat(tree.run(words("qvm-check", "a\u001b[1m\n")).err())
                .isEqualTo("qvm-check: VM 'a\\x1b[1m\\x0a' does not exist\n");
    }

    @Test
    void wrongUsage() throws IOException {
        assertRefused("qvm-check", USAGE, "names of VMs, or --all, expected");
        assertRefused("qvm-check --all work", USAGE, "names of VMs, or --all, expected");
        assertStoreComesLast("qvm-check", "qvm-check work");
    }

    @Test
    void rootMayAsk() {
        assertThat(tree.runAsRoot("qvm-check -q work").code()).isZero();
    }
}
