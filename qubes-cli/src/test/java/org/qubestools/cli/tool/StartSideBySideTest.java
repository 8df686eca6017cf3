package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.VmmTraits;

/** One {@code qvm-start} of several VMs, where the driver lets them start at once. */
@Timeout(120)
final class StartSideBySideTest extends LiveTest {
    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A driver that lets VMs start at once, and what all of them need for their network. */
    private void networkRuns() {
        driver(VmmTraits.QEMU);
        runs("sys-net", 1);
        runs("sys-firewall", 2);
    }

    /** The first of them is ready last. */
    private void lastIs(String first, String other) {
        CountDownLatch done = new CountDownLatch(1);
        steps.at("qubesdb write " + first + " /name", () -> await(done));
        steps.at("libvirt resume " + other, done::countDown);
    }

    private Stream<String> calls(String begin) {
        return vmm.calls().stream().filter(call -> call.startsWith(begin));
    }

    @Test
    void theySpeakInTheGivenOrderWhoeverIsReadyFirst() {
        networkRuns();
        lastIs("vault", "win7");

        assertThat(run("qvm-start vault win7")).isEqualTo(new Outcome(0, "", """
                        qvm-start: starting VM 'vault'
                        qvm-start: starting VM 'win7'
                        """));
        assertThat(vmm.calls()).containsSubsequence("resume win7", "resume vault");
    }

    @Test
    void aFailureIsToldInItsPlace() {
        networkRuns();
        lastIs("vault", "personal");
        services.failingAt("qubesdb write win7 /name");

        assertThat(run("qvm-start vault win7 personal")).isEqualTo(new Outcome(SOME, "", """
                        qvm-start: starting VM 'vault'
                        qvm-start: starting VM 'win7'
                        qvm-start: the fake fails at: qubesdb write win7 /name
                        qvm-start: starting VM 'personal'
                        """));
        assertThat(state("win7")).isEqualTo(DomainState.SHUTOFF);
        assertThat(services.runningDatabases()).doesNotContain("win7").contains("vault", "personal");
    }

    @Test
    void jsonHasThemInTheGivenOrder() {
        networkRuns();
        lastIs("vault", "win7");
        services.failingAt("qubesdb write personal /name");

        Outcome outcome = run("qvm-start -q --json vault win7 personal");

        assertThat(outcome.code()).isEqualTo(SOME);
        assertThat(outcome.out()).containsSubsequence("\"vault\": true", "\"win7\": true", "\"personal\": false");
        assertThat(outcome.err()).hasLineCount(1).startsWith("{\"type\":\"error\",\"kind\":\"failed\"");
    }

    @Test
    void ifNoneCouldStartTheCodeIsThatOfTheFirst() {
        networkRuns();
        runs("vault", 3);
        vmm.failingAt("define win7", new QubesException(ErrorKind.STORE_MISSING, "it is elsewhere"));
        vmm.failingAt("define personal", new QubesException(ErrorKind.FAILED, "no"));

        assertThat(run("qvm-start -q win7 personal").code()).isEqualTo(10);
        assertThat(run("qvm-start -q vault win7").code()).isEqualTo(1);
    }

    @Test
    void aVmThatIsNamedTwiceStartsOnce() {
        driver(VmmTraits.QEMU);

        assertDone("qvm-start -q vault vault v*");

        assertThat(calls("create")).containsExactly("create paused vault");
    }

    @Test
    void aChainThatTheyShareStartsOnce() {
        driver(VmmTraits.QEMU);

        Outcome outcome = run("qvm-start work personal");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err().lines())
                .containsExactlyInAnyOrder(
                        "qvm-start: starting VM 'sys-net'",
                        "qvm-start: starting VM 'sys-firewall'",
                        "qvm-start: starting VM 'work'",
                        "qvm-start: starting VM 'personal'");
        assertThat(calls("create")).hasSize(4).startsWith("create paused sys-net", "create paused sys-firewall");
    }

    @Test
    void allStartWithTheirNetvmsFirst() {
        driver(VmmTraits.QEMU);

        assertDone("qvm-start -q --all --exclude win7");

        assertThat(calls("create").toList())
                .containsSubsequence("create paused sys-net", "create paused sys-firewall", "create paused work")
                .containsSubsequence("create paused sys-firewall", "create paused personal")
                .contains("create paused vault")
                .hasSize(5);
    }

    @Test
    void ctrlCTakesBackAllThatAreInWork() {
        networkRuns();
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch pressed = new CountDownLatch(1);
        steps.at("qubesdb write vault /name", () -> {
            both.countDown();
            await(both);
            host.interrupt();
            pressed.countDown();
        });
        steps.at("qubesdb write win7 /name", () -> {
            both.countDown();
            await(pressed);
        });

        assertFails("qvm-start -q vault win7", 130, "interrupted");

        assertThat(calls("destroy")).containsExactlyInAnyOrder("destroy vault", "destroy win7");
        assertThat(services.runningDatabases()).containsExactlyInAnyOrder("sys-net", "sys-firewall");
        assertThat(services.openConnections()).isZero();
    }

    /** What could not be taken back of any of them is told. */
    @Test
    void whatIsLeftAfterCtrlCIsTold() {
        networkRuns();
        steps.at("qubesdb write vault /name", host::interrupt);
        vmm.failingAt("destroy vault", new QubesException(ErrorKind.FAILED, "it does not end"));

        Outcome outcome = run("qvm-start -q vault win7");

        assertThat(outcome.code()).isEqualTo(130);
        assertThat(outcome.err()).contains("left over: paused domain 'vault' (it does not end)");
    }

    @Test
    void anUnreachableSystemIsToldOnce() {
        networkRuns();
        QubesException lost = new QubesException(ErrorKind.VMM_UNREACHABLE, "libvirtd went away");
        vmm.failingAt("define vault", lost);
        vmm.failingAt("define win7", lost);

        assertFails("qvm-start -q vault win7", 15, "libvirtd went away");
    }

    @Test
    void onXenOneStartsAfterTheOther() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);

        assertDone("qvm-start -q vault win7 personal");

        List<String> grants = steps.stream()
                .filter(step -> step.startsWith("memory"))
                .map(step -> step.startsWith("memory close") ? "close" : "request")
                .toList();
        assertThat(grants).containsExactly("request", "close", "request", "close", "request", "close");
    }

    @Test
    void eachIsToldOnTheDesktop() {
        networkRuns();

        assertDone("qvm-start -q --tray vault win7");

        assertThat(steps.stream().filter(step -> step.startsWith("exec /usr/bin/notify-send")))
                .hasSize(2)
                .anyMatch(step -> step.endsWith("Starting the 'vault' VM..."))
                .anyMatch(step -> step.endsWith("Starting the 'win7' VM..."));
    }
}
