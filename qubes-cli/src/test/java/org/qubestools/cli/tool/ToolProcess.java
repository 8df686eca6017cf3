package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qubestools.cli.QvmMain;

/** Tools as processes of their own, on the tree {@code root} in a folder; a daemon has two seconds to answer. */
final class ToolProcess {
    private final Path folder;
    private final String uri;
    private List<String> prefix = List.of();
    private int runs;

    ToolProcess(Path folder, String uri) {
        this.folder = folder;
        this.uri = uri;
    }

    /** What a process left behind. */
    record Ended(int code, String out, String err) {}

    /** One that runs. */
    record Running(Process process, Path out, Path err) {
        Ended ended() throws IOException, InterruptedException {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Ended(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        }
    }

    /** Has this program, with these arguments, run the tools. */
    ToolProcess within(List<String> program) {
        prefix = program;
        return this;
    }

    private static List<String> java(String... options) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        command.add(QvmMain.class.getName());
        return command;
    }

    Running start(String commandLine) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(java());
        command.addAll(List.of(commandLine.split(" ")));
        runs++;
        Path out = folder.resolve("out" + runs);
        Path err = folder.resolve("err" + runs);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("QUBES_ROOT", folder.resolve("root").toString());
        builder.environment().put("QUBES_LIBVIRT_URI", uri);
        builder.environment().put("QUBES_LIBVIRT_TIMEOUT", "2");
        builder.environment().put("QUBES_QUBESDB_HOSTD_PROGRAM", databases().toString());
        return new Running(builder.start(), out, err);
    }

    Ended run(String commandLine) throws IOException, InterruptedException {
        return start(commandLine).ended();
    }

    /** A program as the distribution has it, which serves the databases of VMs. */
    Path databases() throws IOException {
        Path program = folder.resolve("qubesdb-hostd");
        if (!Files.exists(program)) {
            Files.writeString(
                    program,
                    "#!/bin/sh\nexec '" + String.join("' '", java("-Dtest.folder=" + folder))
                            + "' qubesdb-hostd \"$@\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return program;
    }

    /** Ends the daemon of the databases, if a start has begun one. */
    void endDatabases() throws InterruptedException {
        for (ProcessHandle daemon : ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").contains("-Dtest.folder=" + folder))
                .toList()) {
            daemon.destroy();
            daemon.onExit().join();
        }
    }
}
