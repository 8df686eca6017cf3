package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class SyncClockToolTest extends LiveTest {
    private static final String SYNC = "QUBESRPC qubes.SyncNtpClock dom0";
    private static final String SET = "QUBESRPC qubes.SetDateTime dom0";
    private static final List<String> CLOCK_OF_DOM0 =
            List.of("exec sudo date -u -Iseconds -s 2016-03-01T12:00:00+00:00", "exec sudo hwclock --systohc");

    private final List<String> set = new ArrayList<>();

    @BeforeEach
    void startSome() {
        for (String vm : List.of("sys-net", "work", "vault")) {
            runs(vm, vm.length());
            tree.write("/var/run/qubes/qrexec." + vm, "");
            host.vms().withCommand(vm, SET, (input, output, errors) -> {
                set.add(vm + " " + new String(input.readAllBytes(), StandardCharsets.US_ASCII));
                return vm.equals("vault") ? 1 : 0;
            });
        }
        host.vms().withCommand("sys-net", SYNC, (input, output, errors) -> 0);
        says("2016-03-01T12:00:00+00:00\n");
    }

    private void says(String date) {
        host.vms().withCommand("sys-net", "date -u -Iseconds", (input, output, errors) -> {
            output.write(date.getBytes(StandardCharsets.US_ASCII));
            return 0;
        });
    }

    @Test
    void allClocksAreSet() {
        Outcome outcome = run("qvm-sync-clock");

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        0,
                        "",
                        "qvm-sync-clock: warning: the clock of VM 'vault' was not set: it ended with status 1\n"));
        assertThat(steps).isEqualTo(CLOCK_OF_DOM0);
        assertThat(set).containsExactly("work 2016-03-01T12:00:00+00:00\n", "vault 2016-03-01T12:00:00+00:00\n");
        assertThat(host.vms().calls()).startsWith("call sys-net root:" + SYNC, "call sys-net user:date -u -Iseconds");
        assertThat(host.vms().open()).isZero();
    }

    @Test
    void whatIsDoneIsSaidOnRequest() {
        assertThat(run("qvm-sync-clock -v").err())
                .contains("setting the clock of dom0 to 2016-03-01T12:00:00+00:00", "setting the clock of VM 'work'");
    }

    @Test
    void aClockVmThatCannotAskIsAnErrorUnlessForced() {
        host.vms().withCommand("sys-net", SYNC, (input, output, errors) -> 1);

        assertRefused("qvm-sync-clock", 1, "the ClockVM 'sys-net' could not ask for the time (status 1)");
        assertThat(run("qvm-sync-clock -f").code()).isZero();
    }

    @Test
    void whatIsNoTimeIsNotTaken() {
        for (String wrong :
                List.of("", "yesterday", "2016-03-01T12:00:00+01:00", "2016-03-01T12:00:00+00:00; reboot")) {
            says(wrong);
            assertRefused("qvm-sync-clock", 1, "what the ClockVM 'sys-net' says is no time in UTC");
        }
    }

    @Test
    void aHaltedClockVmIsAnError() {
        run("qvm-kill sys-net");
        steps.clear();

        assertRefused("qvm-sync-clock", 1, "VM 'sys-net' does not run");
        run("qubes-prefs clockvm none");
        assertRefused("qvm-sync-clock", 1, "there is no ClockVM");
    }

    @Test
    void onlyOneSetsClocksAtATime() throws Exception {
        try (FileChannel file = FileChannel.open(
                        tree.path("/var/run/qubes/qvm-sync-clock.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                var lock = file.tryLock()) {
            assertThat(lock.isValid()).isTrue();
            assertRefused("qvm-sync-clock", 1, "the clocks are being set already");
        }
    }
}
