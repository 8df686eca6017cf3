package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.HostVmm;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.runtime.GuestConsole;
import org.qubestools.core.runtime.TinyGuest;

/** Command lines on real VMs: a Linux of a few megabytes on QEMU, in a libvirtd of this test's own. */
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LiveToolsIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(100);

    @TempDir
    private Path folder;

    private Path root;
    private PrivateLibvirtd daemon;
    private ToolProcess processes;
    private ToolRunner tools;

    @BeforeEach
    void makeVms() throws IOException {
        TinyGuest.madeOrSkip();
        daemon = PrivateLibvirtd.startOrSkip();
        root = folder.resolve("root");
        Files.createDirectories(root.resolve("var/log/qubes"));
        Files.createDirectories(root.resolve("var/run/qubes"));
        processes = new ToolProcess(folder, daemon.qemu());
        tools = new ToolRunner(FakeHost.ordinary())
                .vmms(new HostVmm())
                .environment("QUBES_ROOT", root.toString())
                .environment("QUBES_RUN_DIR", root.resolve("var/run/qubes").toString())
                .environment("QUBES_LIBVIRT_URI", daemon.qemu())
                .environment("QUBES_DRIVER", "qemu")
                .environment("QUBES_KVM_CONSOLE_LOGS", "/var/log/qubes")
                .environment(
                        "QUBES_QUBESDB_HOSTD_PROGRAM", processes.databases().toString());
        made("qvm-init-storage");
        TinyGuest.copyTo(root.resolve("var/lib/qubes"));
        made("qubes-prefs", "default-kernel", "tiny");
        made("qvm-add-template", "--rpm", "tiny");
        made("qvm-create", "-q", "-l", "red", "--net", "sys-net");
        made("qvm-create", "-q", "-l", "blue", "--property", "netvm=none", "work");
        for (String vm : List.of("sys-net", "work")) {
            made("qvm-prefs", vm, "memory=128", "maxmem=128", "vcpus=1");
            made("qvm-prefs", vm, "kernelopts=quiet tiny.name=" + vm);
        }
    }

    @AfterEach
    void endAll() throws InterruptedException {
        if (daemon != null) {
            daemon.close();
            processes.endDatabases();
        }
    }

    // ---- words of the tests

    /** The tool did it, and may have said what it does. */
    private void made(String... words) {
        assertThat(tools.runWords(List.of(words)).code())
                .as("%s", List.of(words))
                .isZero();
    }

    /** The tool did it and said nothing on standard error; what it printed. */
    private String done(String commandLine) {
        return done(List.of(commandLine.split(" ")));
    }

    private String done(List<String> words) {
        Outcome outcome = tools.runWords(words);
        assertThat(outcome.err()).as("%s", words).isEmpty();
        assertThat(outcome.code()).as("%s", words).isZero();
        return outcome.out();
    }

    private String inGuest(String vm, String command) {
        return done(List.of("qvm-run", "-p", "-u", "root", vm, command));
    }

    private String state(String vm) {
        return done("qvm-ls --raw-data state " + vm).strip();
    }

    private String console(String vm, String beginning) {
        return new GuestConsole(root.resolve("var/log/qubes/guest-" + vm + ".log")).await(beginning);
    }

    private static void await(String what, BooleanSupplier there) {
        long end = WaitTime.SYSTEM.millis() + LIMIT.toMillis();
        while (!there.getAsBoolean()) {
            assertThat(WaitTime.SYSTEM.millis()).as(what).isLessThan(end);
            try {
                WaitTime.SYSTEM.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** What there is of a VM for as long as it runs; the locks of its command ports stay. */
    private List<Path> filesOfRun(String vm) {
        try (Stream<Path> files = Files.list(root.resolve("var/run/qubes"))) {
            return files.filter(file -> file.getFileName().toString().contains("." + vm + "."))
                    .filter(file -> !file.toString().endsWith(".lock"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ToolProcess.Running follower() throws IOException {
        ToolProcess.Running events = processes.start("qvm-events");
        await("qvm-events is ready", () -> text(events.out()).contains("\"ready\""));
        return events;
    }

    /** The events of the domain of a VM that tell of its life, in their order, and gaps. */
    private static List<String> lifeIn(ToolProcess.Running events, String vm) {
        List<String> life = new ArrayList<>();
        for (String line : text(events.out()).lines().toList()) {
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
            done("qvm-start -q work");
            assertThat(state("work")).isEqualTo("Running");
            assertThat(console("work", "GUEST-UP")).contains(" boots=1 root=clean ");
            console("work", "GUEST-QDB /name=work");
            console("work", "GUEST-QDB /qubes-base-template=tiny");
            console("work", "GUEST-QDB-SYNCED");
            done("qubesdb-write -d work /demo/colour green");
            console("work", "GUEST-QDB /demo/colour=green");
            inGuest("work", "qubesdb-write /qubes-tools/os Linux");
            await(
                    "a key of the guest",
                    () -> tools.run("qubesdb-read -d work /qubes-tools/os")
                            .out()
                            .equals("Linux\n"));
            inGuest("work", "echo kept >/rw/note; echo lost >/etc/note; sync");

            done("qvm-pause work");
            assertThat(state("work")).isEqualTo("Paused");
            done("qvm-unpause work");
            assertThat(state("work")).isEqualTo("Running");
            done("qvm-shutdown -q --wait work");
            assertThat(state("work")).isEqualTo("Halted");
            assertThat(filesOfRun("work")).isEmpty();

            done("qvm-start -q work");
            assertThat(console("work", "GUEST-UP")).contains(" boots=2 root=clean ");
            assertThat(inGuest("work", "cat /rw/note; test ! -e /etc/note")).isEqualTo("kept\n");
            assertThat(filesOfRun("work")).isNotEmpty();
            done("qvm-kill work");
            assertThat(state("work")).isEqualTo("Halted");
            assertThat(filesOfRun("work")).isEmpty();
            done("qvm-remove -q work");

            assertThat(done("qvm-ls --raw-list")).isEqualTo("dom0\ntiny\nsys-net\n");
            assertThat(root.resolve("var/lib/qubes/appvms")).isEmptyDirectory();
            await("the removal is told", () -> lifeIn(events, "work").contains("undefined"));
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
        done("qvm-start -q work");

        Outcome failed = tools.runWords(List.of("qvm-run", "-p", "work", "echo out; echo err >&2; exit 7"));
        assertThat(failed).isEqualTo(new Outcome(7, "out\n", "err\n"));
        assertThat(tools.input(much).run("qvm-run -p work cat").code()).isZero();
        assertThat(tools.output()).isEqualTo(much);
        assertThat(tools.input("a service").run("qvm-run -p --service work test.Echo"))
                .isEqualTo(new Outcome(0, "a service", ""));
    }

    @Test
    void aNetworkComesWithItsNetvmAndGoes() {
        done("qvm-prefs -s work netvm sys-net");
        done("qvm-start -q work");
        assertThat(state("sys-net")).isEqualTo("Running");
        console("sys-net", "GUEST-UP sys-net");
        console("work", "GUEST-QDB /qubes-gateway=10.137.1.1");
        console("work", "GUEST-UP work");
        assertThat(inGuest("work", "ls /sys/class/net")).contains("eth0");

        done("qvm-prefs -s work netvm none");
        console("work", "GUEST-UEVENT remove eth0");
        console("work", "GUEST-QDB-RM /qubes-ip");
        assertThat(inGuest("work", "ls /sys/class/net")).doesNotContain("eth0");
        done("qvm-prefs -s work netvm sys-net");
        console("work", "GUEST-UEVENT add eth0");

        Outcome refused = tools.run("qvm-shutdown -q --wait sys-net");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("gives network to running VMs: 'work'");
        done("qvm-shutdown -q --wait sys-net work");
        assertThat(state("work")).isEqualTo("Halted");
        assertThat(state("sys-net")).isEqualTo("Halted");
        assertThat(filesOfRun("work")).isEmpty();
        assertThat(filesOfRun("sys-net")).isEmpty();
    }

    // ---- ends that nobody asked for

    @Test
    void aGuestThatCrashesIsHaltedAndStartsAgain() {
        done("qvm-start -q work");
        console("work", "GUEST-UP");
        done(List.of("qvm-run", "-q", "-u", "root", "work", "echo c >/proc/sysrq-trigger"));

        await("its end", () -> state("work").equals("Halted"));
        await("the end of its database", () -> filesOfRun("work").isEmpty());
        assertThat(done("qvm-start -q work")).isEmpty();
        assertThat(console("work", "GUEST-UP")).contains(" boots=2 root=clean ");
        console("work", "GUEST-QDB /name=work");
        done("qvm-kill work");
        assertThat(filesOfRun("work")).isEmpty();
    }

    @Test
    void aVmWhoseQemuIsKilledIsHaltedAndStartsAgain() {
        done("qvm-start -q work");
        console("work", "GUEST-UP");

        assertThat(daemon.killGuests()).isEqualTo(1);

        await("its end", () -> state("work").equals("Halted"));
        await("the end of its database", () -> filesOfRun("work").isEmpty());
        Outcome killed = tools.run("qvm-kill work");
        assertThat(killed.code()).isEqualTo(1);
        assertThat(killed.err()).contains("is already stopped");
        done("qvm-start -q work");
        assertThat(console("work", "GUEST-UP")).contains(" boots=2 root=clean ");
        console("work", "GUEST-QDB /name=work");
    }

    @Test
    void vmsOutliveARestartOfLibvirtd() throws Exception {
        ToolProcess.Running events = follower();
        try {
            done("qvm-start -q work");
            console("work", "GUEST-UP");
            daemon.kill();
            Outcome without = tools.run("qvm-pause work");
            assertThat(without.code()).isEqualTo(15);
            assertThat(without.err()).contains("cannot connect to").hasLineCount(1);

            daemon.startAgain();

            assertThat(state("work")).isEqualTo("Running");
            assertThat(inGuest("work", "hostname")).isEqualTo("work\n");
            await("a gap is told", () -> lifeIn(events, "work").contains("connected anew"));
            done("qvm-pause work");
            done("qvm-unpause work");
            done("qvm-shutdown -q --wait work");
            await("the end is told", () -> lifeIn(events, "work").contains("stopped"));
            List<String> expected = new ArrayList<>(List.of("started", "suspended", "resumed"));
            expected.addAll(List.of("the connection is lost", "connected anew"));
            expected.addAll(List.of("suspended", "resumed", "stopped"));
            assertThat(lifeIn(events, "work")).isEqualTo(expected);
            assertThat(filesOfRun("work")).isEmpty();
        } finally {
            events.process().destroy();
        }
    }
}
