package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A passphrase that occurs nowhere else is searched for everywhere while a backup runs, and after it. */
@Timeout(120)
final class BackupCanaryTest {
    private static final String CANARY = "canary-" + Long.toHexString(0x5eed5eed5eedL) + "-tweet";

    private static boolean holdsCanary(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(CANARY);
        } catch (IOException e) {
            return false; // the process has ended, or is not ours
        }
    }

    /** Programs of the backup that were seen, after none of them showed the passphrase. */
    private static void look(BackupProcess process, Set<String> seen) {
        for (long pid : process.family()) {
            Path proc = Path.of("/proc/" + pid);
            assertThat(holdsCanary(proc.resolve("cmdline")))
                    .as("command line of %s", pid)
                    .isFalse();
            assertThat(holdsCanary(proc.resolve("environ")))
                    .as("environment of %s", pid)
                    .isFalse();
            seen.add(name(proc));
        }
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // ended
        }
    }

    @Test
    void thePassphraseIsInNoCommandLineEnvironmentFileOrOutput(@TempDir Path directory) throws Exception {
        BackupWorld world = BackupWorld.in(directory);
        Files.writeString(world.passphrase, CANARY + "\n");
        Path filter = Files.writeString(directory.resolve("slowcat"), "#!/bin/sh\nsleep 0.3; exec cat\n");
        assertThat(filter.toFile().setExecutable(true)).isTrue();
        String read = "sleep 0.3; cat '" + world.passphrase + "'";
        Set<String> seen = new TreeSet<>();

        for (List<String> format :
                List.of(List.of("--format", "3", "-e"), List.of("--scrypt-cost", "10", "--verbose"))) {
            List<String> words =
                    new java.util.ArrayList<>(List.of("qvm-backup", "--passphrase-command", read, "-Z", "slowcat"));
            words.addAll(format);
            words.addAll(List.of(world.to() + "/b" + format.get(1), "work", "dom0"));
            BackupProcess process = BackupProcess.start(world, directory, false, words);
            while (process.isAlive()) {
                look(process, seen);
                Thread.sleep(5);
            }
            assertThat(process.end()).as(process.messages()).isZero();
        }

        assertThat(seen).contains("java", "slowcat", "sleep");
        assertThat(world.backups()).containsExactly("b10", "b3");
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile).filter(file -> !file.equals(world.passphrase)))
                    .noneMatch(BackupCanaryTest::holdsCanary);
        }
    }
}
