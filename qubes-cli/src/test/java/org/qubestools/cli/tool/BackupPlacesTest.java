package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;

/** Targets that only a system has: file descriptors, full disks, pipes. */
@Timeout(120)
final class BackupPlacesTest {
    private static final int TWO_MIB = 2 << 20;

    private BackupWorld world;
    private Path directory;

    @BeforeEach
    void makeWorld(@TempDir Path temporary) throws IOException {
        directory = temporary;
        world = BackupWorld.in(temporary);
    }

    private static int run(String... words) throws IOException, InterruptedException {
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void aFullDiskIsToldAndNothingIsLeftOnIt() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        assumeThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                .as("only root can mount a small file system")
                .isEqualTo(0);
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString()))
                .as("mounting is not allowed here")
                .isZero();
        try {
            byte[] content = new byte[TWO_MIB];
            new Random(1).nextBytes(content);
            Files.write(world.tree.path("/var/lib/qubes/appvms/work/private.img"), content);

            Outcome plain = world.backup3(small.toString(), "work");
            Outcome compressed = world.backup3("-z", small.toString(), "work");

            assertThat(plain.err()).contains("small has room for 1.0 MiB, the backup takes up to 2.0 MiB; make room");
            assertThat(compressed.err())
                    .contains("small has room for 1.0 MiB, the backup takes up to 2.0 MiB before compression")
                    .contains("small/" + BackupWorld.FILE + " failed: No space left on device; make room there");
            assertThat(List.of(plain.code(), compressed.code())).containsExactly(1, 1);
            assertThat(small).isEmptyDirectory();
            assertThat(world.tree.store()).isEqualTo(StoreTree.smallStore());
        } finally {
            run("umount", small.toString());
        }
    }

    @Test
    void thePassphraseOfAFileDescriptor() throws Exception {
        Path reader = Files.writeString(
                directory.resolve("with-fd"), "#!/bin/sh\nexec \"$@\" 7<'" + world.passphrase + "'\n");
        assertThat(reader.toFile().setExecutable(true)).isTrue();

        BackupProcess process = BackupProcess.startThrough(
                world,
                reader,
                List.of(
                        "qvm-backup",
                        "--force-root",
                        "--passphrase-fd",
                        "7",
                        "--format",
                        "3",
                        "-e",
                        world.to() + "/mine",
                        "work"));

        assertThat(process.end()).as(process.messages()).isZero();
        assertThat(world.extracted()).containsEntry("vm4/private.img", "work data\n");
    }

    @Test
    void aDescriptorThatIsNotOpenIsTold() {
        Outcome outcome =
                world.runner().run("qvm-backup --passphrase-fd 65535 --format 3 " + world.to() + "/mine work");

        assertThat(outcome.err()).contains("/dev/fd/65535: no such file or directory");
        assertThat(outcome.code()).isEqualTo(1);
    }

    @Test
    void aNamedPipeIsWrittenAndStays() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(run("mkfifo", pipe.toString())).isZero();
        Path stored = world.target.resolve("stored");
        Process reader = new ProcessBuilder("cat", pipe.toString())
                .redirectOutput(stored.toFile())
                .start();

        assertThat(world.backup3(pipe.toString(), "work").code()).isZero();

        assertThat(reader.waitFor()).isZero();
        assertThat(Files.isRegularFile(pipe)).isFalse();
        assertThat(world.extracted(stored)).containsEntry("appvms/work/private.img", "work data\n");
    }

    @Test
    void aFileAsTargetIsReplacedOnlyByAWholeBackup() throws IOException {
        Path old = Files.writeString(world.target.resolve("mine"), "old");

        assertThat(world.backup3("-Z", "false", old.toString(), "work").code()).isEqualTo(1);
        assertThat(old).hasContent("old");

        assertThat(world.backup3(old.toString(), "work").code()).isZero();
        assertThat(world.extracted()).containsEntry("appvms/work/private.img", "work data\n");
    }
}
