package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.cli.HeapAfterRun;
import org.qubestools.cli.ToolRunner.Outcome;

/**
 * A passphrase that occurs nowhere else is searched for everywhere while a backup is written or read, and after it: in
 * command lines, environments, files and output, and on the heap.
 */
@Timeout(180)
final class BackupCanaryTest {
    private static final String CANARY = "canary-" + Long.toHexString(0x5eed5eed5eedL) + "-tweet";
    /** What HMAC does to its key. */
    private static final int[] MASKS = {0, 0x36, 0x5c};

    @TempDir
    private Path directory;

    private BackupWorld world;
    private final Set<String> seen = new TreeSet<>();

    @BeforeEach
    void makeWorld() throws IOException {
        world = BackupWorld.in(directory);
        Files.writeString(world.passphrase, CANARY + "\n");
    }

    private static boolean holdsCanary(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(CANARY);
        } catch (IOException e) {
            return false; // the process has ended, or is not ours
        }
    }

    /** Notes the programs that run, after none of them showed the passphrase. */
    private void look(BackupProcess process) {
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

    private void watch(BackupProcess process) throws IOException, InterruptedException {
        while (process.isAlive()) {
            look(process);
            Thread.sleep(5);
        }
        assertThat(process.end()).as(process.messages()).isZero();
    }

    /** But for images that a restore makes anew, of gigabytes without content. */
    private void assertInNoFile() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)
                            .filter(file -> !file.equals(world.passphrase) && !file.endsWith("volatile.img")))
                    .hasSizeGreaterThan(10)
                    .noneMatch(BackupCanaryTest::holdsCanary);
        }
    }

    private Path script(String name, String line) throws IOException {
        Path script = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + line + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    @Test
    void whenWritingThePassphraseIsInNoCommandLineEnvironmentFileOrOutput() throws Exception {
        script("slowcat", "sleep 0.3; exec cat");
        String read = "sleep 0.3; cat '" + world.passphrase + "'";

        for (List<String> format :
                List.of(List.of("--format", "3", "-e"), List.of("--scrypt-cost", "10", "--verbose"))) {
            List<String> words = new ArrayList<>(
                    List.of("qvm-backup", "--force-root", "--passphrase-command", read, "-Z", "slowcat"));
            words.addAll(format);
            words.addAll(List.of(world.to() + "/b" + format.get(1), "work", "dom0"));
            watch(BackupProcess.start(world, directory, false, words));
        }

        assertThat(seen).contains("java", "slowcat", "sleep");
        assertThat(world.backups()).containsExactly("b10", "b3");
        assertInNoFile();
    }

    /** A backup of this format with the canary as passphrase. */
    private Path backup(int format) {
        String[] options = {world.to() + "/b" + format, "work", "fedora-23"};
        Outcome made = format == 4 ? world.backup(options) : world.backup3(more(options, "-e", "-z"));
        assertThat(made.code()).as(made.err()).isZero();
        return world.target.resolve("b" + format);
    }

    private static String[] more(String[] words, String... first) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(words)).toArray(String[]::new);
    }

    /** The command line of a tool; the passphrase comes by {@code source}: file, descriptor or command. */
    private List<String> commandLine(String tool, String source, Path backup) throws IOException {
        List<String> passphrase =
                switch (source) {
                    case "file" -> List.of("-p", world.passphrase.toString());
                    case "descriptor" -> List.of("--passphrase-fd", "7");
                    default -> List.of("--passphrase-command", "sleep 0.3; cat '" + world.passphrase + "'");
                };
        List<String> words =
                switch (tool) {
                    case "restore" -> {
                        Path host = Files.createDirectories(
                                directory.resolve("host-" + source + "-" + backup.getFileName()));
                        String root = new RestoreTree(host).tree.path("/").toString();
                        yield List.of(
                                "qvm-backup-restore",
                                "--verbose",
                                "--force-root",
                                "--root",
                                root,
                                backup.toString(),
                                "--skip-dom0-home",
                                "--ignore-missing");
                    }
                    case "proof" -> List.of("qvm-backup-restore", "--verify-only", backup.toString());
                    case "extract" ->
                        List.of(
                                "qubes-backup",
                                "extract",
                                backup.toString(),
                                directory.resolve("out-" + backup.getFileName()).toString());
                    case "write4" ->
                        List.of("qvm-backup", "--force-root", "--scrypt-cost", "10", world.to() + "/again", "work");
                    case "write3" ->
                        List.of("qvm-backup", "--force-root", "--format", "3", "-e", world.to() + "/again", "work");
                    default -> List.of("qubes-backup", tool, backup.toString());
                };
        List<String> all = new ArrayList<>(words);
        all.addAll(1, passphrase);
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "restore, command, 3", "restore, command, 4", "restore, file, 4", "proof, descriptor, 3",
        "verify, descriptor, 4", "verify, file, 3", "extract, command, 4", "extract, file, 3"
    })
    void whenReadingThePassphraseIsInNoCommandLineEnvironmentFileOrOutput(String tool, String source, int format)
            throws Exception {
        Path backup = backup(format);
        Path through = script("with-fd", "exec \"$@\" 7<'" + world.passphrase + "'");

        watch(BackupProcess.startThrough(world, through, commandLine(tool, source, backup)));

        assertThat(seen).contains("java");
        if (source.equals("command")) {
            assertThat(seen).contains("sleep");
        }
        assertInNoFile();
    }

    /** Every copy of the passphrase in a dump of the heap: as bytes, as characters, or as the key of an HMAC. */
    private static List<String> copies(Path dump) throws IOException {
        byte[] heap = Files.readAllBytes(dump);
        List<String> found = new ArrayList<>();
        for (int mask : MASKS) {
            byte[] masked = CANARY.getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < masked.length; i++) {
                masked[i] ^= (byte) mask;
            }
            search(heap, masked, "masked by " + mask, found);
        }
        search(heap, CANARY.getBytes(StandardCharsets.UTF_16BE), "as characters", found);
        search(heap, CANARY.getBytes(StandardCharsets.UTF_16LE), "as characters", found);
        return found;
    }

    private static void search(byte[] heap, byte[] wanted, String what, List<String> found) {
        for (int at = 0; at <= heap.length - wanted.length; at++) {
            if (heap[at] == wanted[0] && Arrays.equals(heap, at, at + wanted.length, wanted, 0, wanted.length)) {
                int from = Math.max(0, at - 60);
                found.add(what + " behind "
                        + new String(heap, from, at - from, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "."));
            }
        }
    }

    /** Without it the test of the heap could pass because it finds nothing anywhere. */
    @Test
    void copiesAreFoundInEveryForm() throws IOException {
        byte[] masked = CANARY.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= 0x36;
        }
        Path dump = directory.resolve("made.hprof");
        try (var out = Files.newOutputStream(dump)) {
            out.write(CANARY.getBytes(StandardCharsets.US_ASCII));
            out.write(CANARY.getBytes(StandardCharsets.UTF_16BE));
            out.write(masked);
            out.write(CANARY.getBytes(StandardCharsets.UTF_16LE));
        }

        assertThat(copies(dump))
                .extracting(copy -> copy.substring(0, 12))
                .containsExactly("masked by 0 ", "masked by 54", "as character", "as character");
    }

    @ParameterizedTest
    @CsvSource({
        "restore, file, 3", "restore, file, 4", "restore, command, 3", "restore, command, 4",
        "verify, descriptor, 3", "verify, descriptor, 4", "extract, file, 3", "extract, file, 4",
        "write3, file, 3", "write4, file, 4"
    })
    void afterwardsNoCopyOfThePassphraseIsOnTheHeap(String tool, String source, int format) throws Exception {
        Path backup = backup(format);
        Path through = script("with-fd", "exec \"$@\" 7<'" + world.passphrase + "'");
        Path dump = directory.resolve("heap.hprof");
        List<String> words = new ArrayList<>(List.of(dump.toString()));
        words.addAll(commandLine(tool, source, backup));

        BackupProcess process = BackupProcess.startThrough(world, through, HeapAfterRun.class, words);

        assertThat(process.end()).as(process.messages()).isZero();
        assertThat(Files.size(dump)).isGreaterThan(1 << 20);
        // Of what a command prints the JDK takes what is left in the pipe when the command ends, out of our reach.
        assertThat(copies(dump))
                .hasSizeLessThanOrEqualTo(source.equals("command") ? 1 : 0)
                .allMatch(copy -> copy.startsWith("masked by 0 "));
    }
}
