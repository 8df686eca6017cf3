package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.VmmTraits;

final class RunToolTest extends LiveTest {
    @BeforeEach
    void startWork() {
        runs("work", 7);
        tree.write("/var/run/qubes/qrexec.work", "");
    }

    @Test
    void aCommandIsStarted() {
        assertThat(run("qvm-run work firefox"))
                .isEqualTo(new Outcome(0, "", "qvm-run: Running command on VM: 'work'...\n"));
        assertDone("qvm-run -q -u root work true");

        assertThat(host.vms().calls()).containsExactly("start work user:firefox", "start work root:true");
    }

    @Test
    void ioIsPassedAndTheExitCodeToo() {
        host.vms().withCommand("work", "tr", (input, output, errors) -> {
            output.write(new String(input.readAllBytes(), StandardCharsets.US_ASCII)
                    .toUpperCase(java.util.Locale.ROOT)
                    .getBytes(StandardCharsets.US_ASCII));
            errors.write("done\n".getBytes(StandardCharsets.US_ASCII));
            return 42;
        });

        assertThat(tree.runWithInput("qvm-run -p work tr", "hello")).isEqualTo(new Outcome(42, "HELLO", "done\n"));
        assertThat(host.vms().calls()).containsExactly("run work user:tr");
    }

    @Test
    void aLocalCommandTakesTheirPlace() {
        run("qvm-run -p --localcmd cat work tr");

        assertThat(host.vms().calls()).containsExactly("run work user:tr -l cat");
        assertRefused("qvm-run --localcmd cat work tr", 2, "--localcmd goes with --pass-io");
    }

    @Test
    void escapesAreFilteredOnRequest() {
        run("qvm-run -p --filter-escape-chars work tr");

        assertThat(host.vms().calls()).containsExactly("run work user:tr -t -T");
    }

    @Test
    void coloursStandAroundTheOutput() {
        host.vms().withCommand("work", "echo", (input, output, errors) -> {
            output.write('x');
            errors.write('y');
            return 0;
        });

        assertThat(run("qvm-run -p --color-output 32 --color-stderr 33 work echo"))
                .isEqualTo(new Outcome(0, "\033[0;32mx\033[0m", "\033[0;33my\033[0m"));
        assertThat(run("qvm-run -p --no-color-output work echo")).isEqualTo(new Outcome(0, "x", "y"));
    }

    @Test
    void argumentsReachTheCommandAsTheyAre() {
        tree.run(List.of("qvm-run", "-q", "--", "work", "cp", "a b", "it's", "-x", "$HOME"));

        assertThat(host.vms().calls()).containsExactly("start work user:cp 'a b' 'it'\\''s' -x '$HOME'");
    }

    @Test
    void aServiceIsCalled() {
        run("qvm-run -p --service work qubes.GetAppmenus");

        assertThat(host.vms().calls()).containsExactly("run work user:QUBESRPC qubes.GetAppmenus dom0");
        assertRefused("qvm-run --service work a;b", 1, "is no name of a service in a VM");
    }

    @Test
    void aHaltedVmIsStartedOnRequest() {
        assertRefused("qvm-run vault true", 1, "VM 'vault' does not run; start it, or give --auto");
        tree.write("/var/run/qubes/qrexec.vault", "");

        assertDone("qvm-run -q -a vault true");

        assertThat(state("vault")).isEqualTo(DomainState.RUNNING);
        assertThat(host.vms().calls()).containsExactly("start vault user:true");
    }

    @Test
    void whoCannotBeAskedIsNamed() {
        domain("personal", 9, DomainState.PAUSED);
        runs("win7", 10);
        runs("vault", 11);

        assertRefused("qvm-run personal true", 1, "VM 'personal' is paused");
        assertRefused("qvm-run win7 true", 1, "HVM 'win7' has no qrexec agent");
        assertRefused("qvm-run vault true", 1, "VM 'vault' is not connected to qrexec");
        assertRefused("qvm-run dom0 true", 1, "dom0 cannot be asked");
        assertRefused("qvm-run -u a:b work true", 1, "is no name of a user in a VM");
    }

    @Test
    void anHvmRunsWithoutWindowOnRequest() {
        run("qvm-prefs win7 qrexec_installed True");
        runs("win7", 10);
        tree.write("/var/run/qubes/qrexec.win7", "");

        assertDone("qvm-run -q --nogui win7 true");

        assertThat(host.vms().calls()).containsExactly("start win7 user:nogui:true");
        assertDone("qvm-run -q -n win7 true");
        assertDone("qvm-run -q --no-gui win7 true");
        assertThat(host.vms().calls()).hasSize(3).containsOnly("start win7 user:nogui:true");
    }

    @Test
    void ofAllVmsTheLargestCodeCounts() {
        runs("vault", 11);
        tree.write("/var/run/qubes/qrexec.vault", "");
        host.vms().withCommand("work", "x", (input, output, errors) -> 3);
        host.vms().withCommand("vault", "x", (input, output, errors) -> 2);

        assertThat(run("qvm-run -p --localcmd cat --all x").code()).isEqualTo(3);
        assertThat(run("qvm-run -p --localcmd cat --all --exclude work x").code())
                .isEqualTo(2);
    }

    @Test
    void oneThatCannotBeAskedDoesNotStopTheOthers() {
        runs("vault", 11);

        Outcome outcome = run("qvm-run -q --all true");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("VM 'vault' is not connected to qrexec")
                .hasLineCount(1);
        assertThat(host.vms().calls()).containsExactly("start work user:true");
    }

    @Test
    void pauseAndUnpause() {
        assertDone("qvm-run --pause work");
        assertDone("qvm-run --unpause --all");

        assertThat(vmm.calls()).containsExactly("suspend work", "resume work");
    }

    @Test
    void wrongUse() {
        assertRefused("qvm-run work", 2, "a VM and a command expected");
        assertRefused("qvm-run --all a b", 2, "one command expected");
        assertRefused("qvm-run --all -p true", 2, "--localcmd only");
        assertRefused("qvm-run --pause", 2, "one VM, or --all, expected");
        assertRefused("qvm-run --pause --unpause work", 2, "--pause");
    }

    @Test
    void withoutQrexecItSaysSo() {
        driver(VmmTraits.QEMU);
        runs("work", 7);

        assertRefused("qvm-run work true", 1, "this host has no qrexec (its driver is QEMU)");
    }

    @Test
    void withoutAShellALoneWordIsAProgram() {
        assertThat(run("qvm-run --no-shell work true").code()).isZero();
        assertThat(tree.run(List.of("qvm-run", "--no-shell", "work", "a b")).code())
                .isZero();
        assertThat(host.vms().calls()).anyMatch(call -> call.endsWith(":true") || call.contains(":true "));
        assertThat(host.vms().calls()).anyMatch(call -> call.contains(":'a b'"));
        assertFails("qvm-run --no-shell --service work test.Echo", 2, "exclude each other");
    }
}
