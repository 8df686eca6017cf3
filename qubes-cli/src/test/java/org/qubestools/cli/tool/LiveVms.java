package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.HostVmm;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.runtime.GuestConsole;
import org.qubestools.core.runtime.TinyGuest;

/**
 * A tree with a template of a few megabytes and two VMs from it, {@code sys-net} and {@code work}, to be run on QEMU in a
 * libvirtd of the test's own, with QubesDB served by a process of ours.
 */
final class LiveVms implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Path root;
    private final PrivateLibvirtd daemon;
    private final ToolProcess processes;
    private final ToolRunner tools;

    /** Makes all, below a folder that is empty; skips the test where that cannot be. */
    LiveVms(Path folder) throws IOException {
        TinyGuest.madeOrSkip();
        daemon = PrivateLibvirtd.startOrSkip();
        root = folder.resolve("root");
        Files.createDirectories(root.resolve("var/log/qubes"));
        Files.createDirectories(root.resolve("var/run/qubes"));
        processes = new ToolProcess(folder, daemon.qemu());
        tools = new ToolRunner(FakeHost.ordinary().withDevices())
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
            small(vm);
        }
    }

    /** Gives a VM what the guest needs, and not more. */
    void small(String vm) {
        made("qvm-prefs", vm, "memory=128", "maxmem=128", "vcpus=1");
        made("qvm-prefs", vm, "kernelopts=quiet tiny.name=" + vm);
    }

    @Override
    public void close() throws InterruptedException {
        daemon.close();
        processes.endDatabases();
    }

    /** Runs command lines on them. */
    ToolRunner tools() {
        return tools;
    }

    /** Runs them as processes. */
    ToolProcess processes() {
        return processes;
    }

    PrivateLibvirtd libvirtd() {
        return daemon;
    }

    /** Where the tree begins. */
    Path root() {
        return root;
    }

    /** The tool did it, and may have said what it does. */
    void made(String... words) {
        assertThat(tools.runWords(List.of(words)).code())
                .as("%s", List.of(words))
                .isZero();
    }

    /** The tool did it and said nothing on standard error; what it printed. */
    String done(String commandLine) {
        return done(List.of(commandLine.split(" ")));
    }

    String done(List<String> words) {
        Outcome outcome = tools.runWords(words);
        assertThat(outcome.err()).as("%s", words).isEmpty();
        assertThat(outcome.code()).as("%s", words).isZero();
        return outcome.out();
    }

    String inGuest(String vm, String command) {
        return done(List.of("qvm-run", "-p", "-u", "root", vm, command));
    }

    String state(String vm) {
        return done("qvm-ls --raw-data state " + vm).strip();
    }

    String console(String vm, String beginning) {
        return new GuestConsole(root.resolve("var/log/qubes/guest-" + vm + ".log")).await(beginning);
    }

    static void await(String what, BooleanSupplier there) {
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
    List<Path> filesOfRun(String vm) {
        try (Stream<Path> files = Files.list(root.resolve("var/run/qubes"))) {
            return files.filter(file -> file.getFileName().toString().contains("." + vm + "."))
                    .filter(file -> !file.toString().endsWith(".lock"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
