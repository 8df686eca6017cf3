package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.io.DiskUsage;

/** Command lines on real VMs: a Linux of a few megabytes on QEMU, in a libvirtd of this test's own. */
final class LiveToolsIT extends LiveVmsTest {
    private ToolProcess.Running follower() throws IOException {
        ToolProcess.Running events = vms.processes().start("qvm-events");
        LiveVms.await("qvm-events is ready", () -> LiveVms.text(events.out()).contains("\"ready\""));
        return events;
    }

    /** The events of the domain of a VM that tell of its life, in their order, and gaps. */
    private static List<String> lifeIn(ToolProcess.Running events, String vm) {
        List<String> life = new ArrayList<>();
        for (String line : LiveVms.text(events.out()).lines().toList()) {
            if (line.contains("\"type\":\"gap\"") && line.contains("\"source\":\"domains\"")) {
                life.add(line.replaceFirst(".*\"reason\":\"([^\"]*)\".*", "$1"));
            } else if (line.contains("\"type\":\"domain\"") && line.contains("\"vm\":\"" + vm + "\"")) {
                String event = line.replaceFirst(".*\"event\":\"([a-z-]*)\".*", "$1");
                if (!event.equals("defined") && !event.equals("shutdown")) {
                    life.add(event);
                }
            }
        }
        return life;
    }

    // ---- lives

    @Test
    void aVmLivesTwice() throws Exception {
        ToolProcess.Running events = follower();
        try {
            vms.done("qvm-start -q work");
            assertThat(vms.state("work")).isEqualTo("Running");
            assertThat(vms.console("work", "GUEST-UP")).contains(" boots=1 root=clean ");
            vms.console("work", "GUEST-QDB /name=work");
            vms.console("work", "GUEST-QDB /qubes-base-template=tiny");
            vms.console("work", "GUEST-QDB-SYNCED");
            vms.done("qubesdb-write -d work /demo/colour green");
            vms.console("work", "GUEST-QDB /demo/colour=green");
            vms.inGuest("work", "qubesdb-write /qubes-tools/os Linux");
            LiveVms.await(
                    "a key of the guest",
                    () -> vms.tools()
                            .run("qubesdb-read -d work /qubes-tools/os")
                            .out()
                            .equals("Linux\n"));
            vms.inGuest("work", "echo kept >/rw/note; echo lost >/etc/note; sync");

            vms.done("qvm-pause work");
            assertThat(vms.state("work")).isEqualTo("Paused");
            vms.done("qvm-unpause work");
            assertThat(vms.state("work")).isEqualTo("Running");
            vms.done("qvm-shutdown -q --wait work");
            assertThat(vms.state("work")).isEqualTo("Halted");
            assertThat(vms.filesOfRun("work")).isEmpty();

            vms.done("qvm-start -q work");
            assertThat(vms.console("work", "GUEST-UP")).contains(" boots=2 root=clean ");
            assertThat(vms.inGuest("work", "cat /rw/note; test ! -e /etc/note")).isEqualTo("kept\n");
            assertThat(vms.filesOfRun("work")).isNotEmpty();
            vms.done("qvm-kill work");
            assertThat(vms.state("work")).isEqualTo("Halted");
            assertThat(vms.filesOfRun("work")).isEmpty();
            vms.done("qvm-remove -q work");

            assertThat(vms.done("qvm-ls --raw-list")).isEqualTo("dom0\ntiny\nsys-net\n");
            assertThat(vms.root().resolve("var/lib/qubes/appvms")).isEmptyDirectory();
            LiveVms.await("the removal is told", () -> lifeIn(events, "work").contains("undefined"));
            List<String> expected = new ArrayList<>(List.of("started", "suspended", "resumed"));
            expected.addAll(List.of("suspended", "resumed", "stopped"));
            expected.addAll(List.of("started", "suspended", "resumed", "stopped", "undefined"));
            assertThat(lifeIn(events, "work")).isEqualTo(expected);
        } finally {
            events.process().destroy();
        }
    }

    @Test
    void aCommandHasItsCodeAndAllItsBytes() {
        byte[] much = new byte[300_000];
        new Random(11).nextBytes(much);
        vms.done("qvm-start -q work");

        Outcome failed = vms.tools().runWords(List.of("qvm-run", "-p", "work", "echo out; echo err >&2; exit 7"));
        assertThat(failed).isEqualTo(new Outcome(7, "out\n", "err\n"));
        assertThat(vms.tools().input(much).run("qvm-run -p work cat").code()).isZero();
        assertThat(vms.tools().output()).isEqualTo(much);
        assertThat(vms.tools().input("a service").run("qvm-run -p --service work test.Echo"))
                .isEqualTo(new Outcome(0, "a service", ""));
    }

    @Test
    void aPrivateImageGrowsUnderItsVm() {
        vms.done("qvm-start -q work");
        vms.console("work", "GUEST-UP");
        long before =
                Long.parseLong(vms.done("qvm-volume info work:private size").strip());
        // Busybox has no resize2fs: what stands in for it notes what it is asked for.
        vms.inGuest(
                "work",
                "mkdir -p /usr/local/bin; (echo '#!/bin/sh'; echo 'echo $1 >/rw/grown') >/bin/resize2fs; chmod 755 /bin/resize2fs");
        long after = before + (8 << 20);

        vms.done("qvm-grow-private work " + after);

        assertThat(vms.inGuest("work", "cat /rw/grown")).isEqualTo("/dev/vdb\n");
        assertThat(vms.inGuest("work", "cat /sys/block/vdb/size").strip()).isEqualTo(String.valueOf(after / 512));
        assertThat(vms.done("qvm-volume info work:private size").strip()).isEqualTo(String.valueOf(after));
    }

    @Test
    void aTemplateGivesBackWhatItHasDeleted() {
        Path image = vms.root().resolve("var/lib/qubes/vm-templates/tiny/root.img");
        vms.done("qvm-prefs tiny memory=128 maxmem=128");
        vms.done("qvm-start -q tiny");
        vms.inGuest("tiny", "head -c 4000000 /dev/urandom >/filler && sync && rm /filler && sync && echo kept >/note");
        vms.done("qvm-shutdown -q --wait tiny");
        long before = DiskUsage.ofFiles(List.of(image)).get(image).allocated();

        String told = vms.done("qvm-trim-template -q tiny");

        DiskUsage after = DiskUsage.ofFiles(List.of(image)).get(image);
        assertThat(after.allocated()).isLessThan(before - 3_500_000);
        assertThat(after.length()).isEqualTo(16 << 20);
        assertThat(told)
                .isEqualTo("disk usage before: %s\ndisk usage after: %s\n"
                        .formatted(SizeText.oneDecimal(before), SizeText.oneDecimal(after.allocated())));
        assertThat(vms.state("tiny")).isEqualTo("Halted");
        assertThat(vms.filesOfRun("tiny")).isEmpty();
        vms.done("qvm-start -q work");
        assertThat(vms.inGuest("work", "cat /note")).isEqualTo("kept\n");
        assertThat(vms.tools().run("qvm-trim-template tiny").err())
                .contains("VM 'work', which is based on it, is running")
                .hasLineCount(1);
    }

    @Test
    void aNetworkComesWithItsNetvmAndGoes() {
        vms.done("qvm-prefs -s work netvm sys-net");
        vms.done("qvm-start -q work");
        assertThat(vms.state("sys-net")).isEqualTo("Running");
        vms.console("sys-net", "GUEST-UP sys-net");
        vms.console("work", "GUEST-QDB /qubes-gateway=10.137.1.1");
        vms.console("work", "GUEST-UP work");
        assertThat(vms.inGuest("work", "ls /sys/class/net")).contains("eth0");

        vms.done("qvm-prefs -s work netvm none");
        vms.console("work", "GUEST-UEVENT remove eth0");
        vms.console("work", "GUEST-QDB-RM /qubes-ip");
        assertThat(vms.inGuest("work", "ls /sys/class/net")).doesNotContain("eth0");
        vms.done("qvm-prefs -s work netvm sys-net");
        vms.console("work", "GUEST-UEVENT add eth0");

        Outcome refused = vms.tools().run("qvm-shutdown -q --wait sys-net");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("gives network to running VMs: 'work'");
        vms.done("qvm-shutdown -q --wait sys-net work");
        assertThat(vms.state("work")).isEqualTo("Halted");
        assertThat(vms.state("sys-net")).isEqualTo("Halted");
        assertThat(vms.filesOfRun("work")).isEmpty();
        assertThat(vms.filesOfRun("sys-net")).isEmpty();
    }

    // ---- ends that nobody asked for

    @Test
    void aGuestThatCrashesIsHaltedAndStartsAgain() {
        vms.done("qvm-start -q work");
        vms.console("work", "GUEST-UP");
        vms.done(List.of("qvm-run", "-q", "-u", "root", "work", "echo c >/proc/sysrq-trigger"));

        LiveVms.await("its end", () -> vms.state("work").equals("Halted"));
        LiveVms.await("the end of its database", () -> vms.filesOfRun("work").isEmpty());
        assertThat(vms.done("qvm-start -q work")).isEmpty();
        assertThat(vms.console("work", "GUEST-UP")).contains(" boots=2 root=clean ");
        vms.console("work", "GUEST-QDB /name=work");
        vms.done("qvm-kill work");
        assertThat(vms.filesOfRun("work")).isEmpty();
    }

    @Test
    void aVmWhoseQemuIsKilledIsHaltedAndStartsAgain() {
        vms.done("qvm-start -q work");
        vms.console("work", "GUEST-UP");

        assertThat(vms.libvirtd().killGuests()).isEqualTo(1);

        LiveVms.await("its end", () -> vms.state("work").equals("Halted"));
        LiveVms.await("the end of its database", () -> vms.filesOfRun("work").isEmpty());
        Outcome killed = vms.tools().run("qvm-kill work");
        assertThat(killed.code()).isEqualTo(1);
        assertThat(killed.err()).contains("is already stopped");
        vms.done("qvm-start -q work");
        assertThat(vms.console("work", "GUEST-UP")).contains(" boots=2 root=clean ");
        vms.console("work", "GUEST-QDB /name=work");
    }

    @Test
    void vmsOutliveARestartOfLibvirtd() throws Exception {
        ToolProcess.Running events = follower();
        try {
            vms.done("qvm-start -q work");
            vms.console("work", "GUEST-UP");
            vms.libvirtd().kill();
            Outcome without = vms.tools().run("qvm-pause work");
            assertThat(without.code()).isEqualTo(15);
            assertThat(without.err()).contains("cannot connect to").hasLineCount(1);

            vms.libvirtd().startAgain();

            assertThat(vms.state("work")).isEqualTo("Running");
            assertThat(vms.inGuest("work", "hostname")).isEqualTo("work\n");
            LiveVms.await("a gap is told", () -> lifeIn(events, "work").contains("connected anew"));
            vms.done("qvm-pause work");
            vms.done("qvm-unpause work");
            vms.done("qvm-shutdown -q --wait work");
            LiveVms.await("the end is told", () -> lifeIn(events, "work").contains("stopped"));
            List<String> expected = new ArrayList<>(List.of("started", "suspended", "resumed"));
            expected.addAll(List.of("the connection is lost", "connected anew"));
            expected.addAll(List.of("suspended", "resumed", "stopped"));
            assertThat(lifeIn(events, "work")).isEqualTo(expected);
            assertThat(vms.filesOfRun("work")).isEmpty();
        } finally {
            events.process().destroy();
        }
    }
}
