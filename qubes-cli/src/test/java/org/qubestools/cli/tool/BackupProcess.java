package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qubestools.cli.QvmMain;

/** A tool in a process of its own, which signals can reach. */
final class BackupProcess {
    private static final int PATIENCE_SECONDS = 25;

    private final Process process;
    private final Path out;
    private final Path err;

    private BackupProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts the tool on the world's tree.
     *
     * @param path is put in front of PATH
     * @param piped standard output is a pipe that nobody reads, instead of a file
     */
    static BackupProcess start(BackupWorld world, Path path, boolean piped, List<String> words) throws IOException {
        return start(world.tree.path("/"), world.target.getParent(), path, piped, List.of(), QvmMain.class, words);
    }

    /** Starts the tool on the tree below {@code root}; what it prints goes to files in {@code outputs}. */
    static BackupProcess start(Path root, Path outputs, List<String> words) throws IOException {
        return start(root, outputs, outputs, false, List.of(), QvmMain.class, words);
    }

    /** Starts the tool as what a script runs that is given the command line. */
    static BackupProcess startThrough(BackupWorld world, Path script, List<String> words) throws IOException {
        return startThrough(world, script, QvmMain.class, words);
    }

    /** As {@link #startThrough} for another program than the launcher of the tools. */
    static BackupProcess startThrough(BackupWorld world, Path script, Class<?> program, List<String> words)
            throws IOException {
        Path outputs = world.target.getParent();
        return start(
                world.tree.path("/"), outputs, script.getParent(), false, List.of(script.toString()), program, words);
    }

    private static BackupProcess start(
            Path root,
            Path outputs,
            Path path,
            boolean piped,
            List<String> before,
            Class<?> program,
            List<String> words)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx600m",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(words);
        Path out = Files.createTempFile(outputs, "process", ".out");
        Path err = Files.createTempFile(outputs, "process", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        if (!piped) {
            builder.redirectOutput(out.toFile());
        }
        builder.environment().put("QUBES_ROOT", root.toString());
        builder.environment().merge("PATH", path.toString(), (old, first) -> first + ":" + old);
        return new BackupProcess(builder.start(), out, err);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    List<Long> family() {
        List<Long> pids = new ArrayList<>(List.of(pid()));
        process.descendants().forEach(child -> pids.add(child.pid()));
        return pids;
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start().waitFor();
    }

    /** Sends SIGKILL at once, without a program that does it. */
    void kill() {
        process.destroyForcibly();
    }

    /** Whether children of this process inherit that the signal is ignored, as those of some build systems do. */
    static boolean isIgnored(String signal) throws IOException {
        int number = signal.equals("INT") ? 2 : 15;
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElse("SigIgn: 0");
        return (Long.parseUnsignedLong(mask.substring(7).strip(), 16) >> (number - 1) & 1) == 1;
    }

    /** The exit status; the process must end by itself. */
    int end() throws InterruptedException, IOException {
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        assertThat(ended).as("it ends by itself: %s", messages()).isTrue();
        return process.exitValue();
    }

    String messages() throws IOException {
        return Files.readString(err);
    }

    String printed() throws IOException {
        return Files.readString(out);
    }
}
