package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.VmName;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.daemon.DaemonLink;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.LinkState;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** A tiny Linux on QEMU, started without libvirt: its boots, its link to QubesDB, its agent for commands. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TinyGuestIT {
    private static final VmName WORK = new VmName("work");

    @TempDir
    private Path directory;

    private Path tree;
    private Process guest;

    @BeforeEach
    void copyImages() throws IOException {
        tree = directory.resolve("lib");
        TinyGuest.copyTo(Files.createDirectory(tree));
        guest = boot("console1");
    }

    @AfterEach
    void endGuest() {
        guest.destroyForcibly();
        guest.onExit().join();
    }

    /** With a root image of which nothing is kept, as a VM from a template has. */
    private Process boot(String console) throws IOException {
        Path kernel = tree.resolve("vm-kernels/tiny");
        Path template = tree.resolve("vm-templates/tiny");
        List<String> command = new ArrayList<>(List.of(
                "qemu-system-x86_64",
                "-accel",
                "tcg",
                "-cpu",
                "Nehalem",
                "-machine",
                "pc",
                "-m",
                "128",
                "-nodefaults"));
        command.addAll(List.of("-no-user-config", "-display", "none", "-device", "virtio-serial-pci"));
        command.addAll(List.of("-kernel", kernel.resolve("vmlinuz").toString()));
        command.addAll(List.of("-initrd", kernel.resolve("initramfs").toString()));
        command.addAll(List.of("-append", "console=ttyS0 quiet tiny.name=work"));
        command.addAll(List.of("-serial", "file:" + directory.resolve(console)));
        command.addAll(disk("xvda", template.resolve("root.img") + ",snapshot=on"));
        command.addAll(disk("xvdb", template.resolve("private.img").toString()));
        command.addAll(disk("xvdd", kernel.resolve("modules.img") + ",readonly=on"));
        command.addAll(port("qubesdb", "org.qubes.qubesdb.0"));
        command.addAll(port("qrexec", "org.qubes.qrexec.0"));
        Process process = new ProcessBuilder(command).inheritIO().start();
        while (process.isAlive() && !Files.exists(directory.resolve("qrexec"))) {
            Thread.onSpinWait(); // QEMU makes it before anything else
        }
        return process;
    }

    private static List<String> disk(String serial, String file) {
        return List.of(
                "-drive", "if=none,format=raw,cache=unsafe,id=" + serial + ",file=" + file,
                "-device", "virtio-blk-pci,drive=" + serial + ",serial=" + serial);
    }

    private List<String> port(String id, String name) {
        return List.of(
                "-chardev", "socket,server=on,wait=off,id=" + id + ",path=" + directory.resolve(id),
                "-device", "virtserialport,chardev=" + id + ",name=" + name);
    }

    private VirtioQrexec client() {
        return new VirtioQrexec(
                vm -> List.of(directory.resolve("qrexec")), WaitTime.SYSTEM, VirtioQrexec.ORDINARY_PATIENCE);
    }

    private int run(String user, String command, InputStream input, ByteArrayOutputStream output) {
        return client().run(
                        new QrexecCommand(WORK, user, command, null, false, false),
                        new CommandStreams(input, output, new ByteArrayOutputStream()));
    }

    @Test
    void commandsRunInItAndTheirDataPassAsTheyAre() {
        byte[] much = new byte[1 << 20];
        new Random(7).nextBytes(much);
        ByteArrayOutputStream output = new ByteArrayOutputStream();

        // While it boots, too: the call waits.
        assertThat(run("DEFAULT", "id -un; exit 3", InputStream.nullInputStream(), output))
                .isEqualTo(3);
        assertThat(output.toString(StandardCharsets.US_ASCII)).isEqualTo("user\n");
        output.reset();
        assertThat(run("root", "cat", new ByteArrayInputStream(much), output)).isZero();
        assertThat(output.toByteArray()).isEqualTo(much);
    }

    @Test
    void itsEndInTheMiddleOfACommandIsTold() throws IOException {
        assertThat(run("root", "true", InputStream.nullInputStream(), new ByteArrayOutputStream()))
                .isZero();
        try (QrexecCall call = client().service(WORK, "test.Echo")) {
            call.input().write('x');
            call.input().flush();
            assertThat(call.output().read()).isEqualTo('x');

            guest.destroyForcibly();

            assertThat(call.awaitExit()).isEqualTo(255);
            assertThat(call.errorText()).isEqualTo("the VM has gone");
        }
        assertThatThrownBy(() -> run("root", "true", InputStream.nullInputStream(), new ByteArrayOutputStream()))
                .isInstanceOf(QubesException.class);
    }

    @Test
    void itsRootIsNewAtEachBootAndItsPrivateImageStays() throws IOException {
        assertThat(new GuestConsole(directory.resolve("console1")).await("GUEST-UP"))
                .contains(" boots=1 root=clean private=kept ");
        endGuest();

        guest = boot("console2");

        assertThat(new GuestConsole(directory.resolve("console2")).await("GUEST-UP"))
                .contains(" boots=2 root=clean private=kept ");
    }

    @Test
    void itReadsItsDatabaseAndHearsOfChangesAndTellsItsOwn() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("run"));
        GuestConsole console = new GuestConsole(directory.resolve("console1"));
        DaemonOptions linked = DaemonOptions.DEFAULT.withLink(new DaemonLink.Connect(directory.resolve("qubesdb")));
        try (QubesDbDaemon daemon = QubesDbDaemon.start(folder, "work", linked);
                QubesDb client = QubesDbClient.of("work", QubesDbOptions.of(new QubesDbSockets(folder)))) {
            client.write(new QubesDbPath("/name"), "work");
            console.await("GUEST-QDB /name=work");
            console.await("GUEST-QDB-SYNCED");

            client.write(new QubesDbPath("/long"), "x".repeat(3071));
            client.remove(new QubesDbPath("/name"));

            assertThat(console.await("GUEST-QDB /long="))
                    .isEqualTo("GUEST-QDB /long=(3071 bytes, sha256 "
                            + "493363ea4281dcca378060ad9ec6a57188d8c2ecd000bb6f87a25c510769fde7)");
            console.await("GUEST-QDB-RM /name");
            assertThat(daemon.linkState()).isEqualTo(LinkState.SYNCED);

            run(
                    "root",
                    "qubesdb-write /qubes-block-devices/sda/size 1024",
                    InputStream.nullInputStream(),
                    new ByteArrayOutputStream());

            QubesDbPath size = new QubesDbPath("/qubes-block-devices/sda/size");
            while (client.read(size).isEmpty()) {
                WaitTime.SYSTEM.sleep(Duration.ofMillis(50)); // the time limit of the test ends this
            }
            assertThat(client.read(size).orElseThrow().untrustedText()).isEqualTo("1024");
        }
    }
}
