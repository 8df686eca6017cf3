package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups that are killed at any moment; 200 of them with {@code -Dqubes.long=true}. */
@Timeout(1800)
final class KilledBackupTest {
    private static final int KILLS = Boolean.getBoolean("qubes.long") ? 200 : 9;
    private static final long SEED = 20261125;
    private static final int LONGEST_MILLIS = 1500;
    private static final int IMAGE = 20_000_000;
    private static final int CANCELLED = 130;

    private BackupWorld world;
    private Path directory;

    @BeforeEach
    void makeWorld(@TempDir Path temporary) throws IOException {
        directory = temporary;
        world = BackupWorld.in(temporary);
        byte[] content = new byte[IMAGE];
        new Random(SEED).nextBytes(content);
        Files.write(world.tree.path("/var/lib/qubes/appvms/work/private.img"), content);
    }

    private BackupProcess start(boolean piped, String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("qvm-backup", "--force-root", "-p", world.passphrase.toString()));
        all.addAll(List.of(words));
        return BackupProcess.start(world, directory, piped, all);
    }

    private static boolean isUnfinished(String name) {
        return name.matches(".*\\.qvm-[0-9a-f]{16}");
    }

    private void assertComplete(String name, String about) {
        assertThat(world.runner()
                        .run("qubes-backup verify -p " + world.passphrase + " " + world.target.resolve(name))
                        .code())
                .as(about)
                .isZero();
    }

    @Test
    void noFileUnderItsFinalNameIsIncomplete() throws Exception {
        Random random = new Random(SEED);
        List<String> signals = List.of("KILL", "TERM", "INT");
        for (int kill = 0; kill < KILLS; kill++) {
            String signal = signals.get(kill % signals.size());
            int delay = random.nextInt(LONGEST_MILLIS);
            String about = "seed " + SEED + " kill " + kill + " by " + signal + " after " + delay + " ms";
            BackupProcess process = start(false, "--format", "3", "-e", "-z", world.to() + "/b" + kill, "work");
            Thread.sleep(delay);
            process.signal(signal);
            int status = process.end();

            for (String name : world.backups()) {
                if (!isUnfinished(name)) {
                    assertComplete(name, about);
                } else {
                    assertThat(signal).as(about + process.messages()).isEqualTo("KILL");
                }
                Files.delete(world.target.resolve(name));
            }
            assertThat(status).as(about).isIn(0, CANCELLED, 128 + 9, 128 + 15);
            assertThat(process.messages()).as(about).doesNotContain("internal error");
        }
    }

    /** Waits until the tool writes, or feeds its command. */
    private static void awaitWork(BackupProcess process) throws Exception {
        while (process.family().size() < 2 && process.isAlive()) {
            Thread.sleep(20);
        }
        Thread.sleep(700);
        assertThat(process.isAlive()).as(process.messages()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aCommandThatTakesNothingDoesNotKeepACancelledBackup(String signal) throws Exception {
        assumeThat(BackupProcess.isIgnored(signal)).isFalse();
        BackupProcess process = start(false, "--format", "3", "--to-command", "sleep 1000", "work");
        awaitWork(process);
        List<Long> family = process.family();

        process.signal(signal);

        assertThat(process.end()).as(process.messages()).isEqualTo(CANCELLED);
        assertThat(process.messages()).contains("the backup was cancelled");
        for (long pid : family) {
            while (runs(pid)) {
                Thread.sleep(20); // killed, but perhaps not gone at once
            }
        }
    }

    /** False for one that has ended but that nobody has waited for. */
    private static boolean runs(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aFilterThatHangsDoesNotKeepACancelledBackup() throws Exception {
        Path filter = Files.writeString(directory.resolve("hangs"), "#!/bin/sh\nexec sleep 1000\n");
        assertThat(filter.toFile().setExecutable(true)).isTrue();
        BackupProcess process = start(false, "--format", "3", "-Z", "hangs", world.to() + "/b", "work");
        awaitWork(process);

        process.signal("TERM");

        assertThat(process.end()).as(process.messages()).isEqualTo(CANCELLED);
        assertThat(world.backups()).isEmpty();
    }

    @Test
    void aReaderThatTakesNothingDoesNotKeepACancelledBackup() throws Exception {
        BackupProcess process = start(true, "--format", "3", "-", "work");
        while (!process.messages().contains("Total size") && process.isAlive()) {
            Thread.sleep(20);
        }
        Thread.sleep(700);

        process.signal("TERM");

        assertThat(process.end()).as(process.messages()).isEqualTo(CANCELLED);
    }
}
