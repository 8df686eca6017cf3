package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.cli.tool.ToolProcess.Ended;
import org.qubestools.cli.tool.ToolProcess.Running;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.runtime.TinyGuest;

/** DisposableVMs of the tiny guest, on QEMU: they serve and vanish, also after kill -9. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DisposableToolsIT {
    private PrivateLibvirtd daemon;
    private Path folder;
    private ToolProcess tools;

    @BeforeEach
    void makeTree() throws IOException, InterruptedException {
        TinyGuest.madeOrSkip();
        daemon = PrivateLibvirtd.startOrSkip();
        folder = Files.createTempDirectory(Path.of("/tmp"), "dv"); // a short place for QEMU's sockets
        tools = new ToolProcess(folder, daemon.qemu());
        Files.createDirectories(folder.resolve("root"));
        done("qvm-init-storage --root " + folder.resolve("root"));
        TinyGuest.copyTo(folder.resolve("root/var/lib/qubes"));
        done("qubes-prefs default-kernel tiny");
        done("qvm-add-template --rpm tiny");
        done("qvm-create-default-dvm --default-template");
    }

    @AfterEach
    void clearUp() throws IOException, InterruptedException {
        if (tools != null) {
            tools.endDatabases();
        }
        if (daemon != null) {
            daemon.close();
        }
        if (folder != null) {
            new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
        }
    }

    private void done(String commandLine) throws IOException, InterruptedException {
        Ended ended = tools.run(commandLine);
        assertThat(ended.code()).as(commandLine + ": " + ended.err()).isZero();
    }

    private List<String> own(String directory) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("root").resolve(directory))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains("disp") && !name.equals("dispid"))
                    .toList();
        }
    }

    private void assertNothingLeft() throws IOException, InterruptedException {
        assertThat(own("var/lib/qubes/appvms/tiny-dvm")).isEmpty();
        assertThat(own("var/run/qubes")).isEmpty();
        assertThat(tools.run("qvm-ls --raw-list").out()).isEqualTo("dom0\ntiny\ntiny-dvm\n");
    }

    /** Waits until the command has said something. */
    private static void awaitOutput(Running running) throws IOException, InterruptedException {
        while (running.process().isAlive() && Files.size(running.out()) == 0) {
            TimeUnit.MILLISECONDS.sleep(50); // the time limit of the test ends this
        }
        assertThat(running.process().isAlive())
                .as(Files.readString(running.err()))
                .isTrue();
    }

    @Test
    void itServesAndVanishesAndSoDoesOneThatWasKilledOrInterrupted() throws Exception {
        Ended first = tools.run("qvm-run -q -p --dispvm -- id -un");
        assertThat(first.out()).as(first.err()).isEqualTo("user\n");
        assertThat(first.code()).isZero();
        assertNothingLeft();

        Running interrupted = tools.start("qvm-run -q -p --dispvm -- cat /proc/version -");
        awaitOutput(interrupted);
        interrupted.process().toHandle().destroy(); // the other one would close the command's input too
        assertThat(interrupted.ended().code()).isEqualTo(130);
        assertNothingLeft();

        Running killed = tools.start("qvm-run -q -p --dispvm -- cat /proc/version -");
        awaitOutput(killed);
        killed.process().destroyForcibly().waitFor();
        assertThat(own("var/lib/qubes/appvms/tiny-dvm")).isNotEmpty();

        Ended next = tools.run("qvm-run -q --dispvm false");
        assertThat(next.err()).contains("warning: DisposableVM 'disp3' was left behind and is gone now");
        assertThat(next.code()).isEqualTo(1);
        assertNothingLeft();
    }
}
