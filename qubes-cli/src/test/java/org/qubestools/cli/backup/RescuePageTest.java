package org.qubestools.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.BackupMain;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.QvmMain;
import org.qubestools.cli.Tools;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Subprocess;

/** Runs the commands of docs/rescue.md, in a bash, and holds what they print against what stands there. */
final class RescuePageTest {
    private static final String COMMANDS = "```sh";
    private static final String SAMPLES = "```sh samples";
    private static final String OUTPUT = "```text";
    private static final String END = "```";
    /** Begins the output of a block; no program prints it. */
    private static final String MARK = "\u001e";

    @TempDir
    private Path directory;

    @Test
    void everyCommandOfThePageDoesWhatItSays() throws IOException, InterruptedException {
        for (String program : List.of("bash", "tar", "openssl", "scrypt", "gunzip")) {
            assumeThat(isInstalled(program)).as(program).isTrue();
        }
        List<String> page = Files.readAllLines(ProjectFiles.root().resolve("docs/rescue.md"));
        List<String> samples = new ArrayList<>();
        Map<String, String> written = blocks(page, samples);
        programs();

        String said = run(samples, List.copyOf(written.keySet()));

        List<String> outputs = List.of(said.split(MARK + "\n", -1));
        assertThat(outputs.get(0)).as("making the samples").isEmpty();
        assertThat(outputs).hasSize(written.size() + 1);
        int block = 1;
        for (Map.Entry<String, String> expected : written.entrySet()) {
            assertThat(steady(outputs.get(block++))).as(expected.getKey()).isEqualTo(steady(expected.getValue()));
        }
    }

    private static boolean isInstalled(String program) {
        try {
            return Subprocess.of(program, "--version").run().status() == 0 || program.equals("openssl");
        } catch (QubesException e) {
            return false;
        }
    }

    /** Commands and what stands below them, in order; those that make the samples go to {@code samples}. */
    private static Map<String, String> blocks(List<String> page, List<String> samples) {
        Map<String, String> blocks = new LinkedHashMap<>();
        String commands = "";
        int at = 0;
        while (at < page.size()) {
            String line = page.get(at++);
            if (line.startsWith(END)) {
                StringBuilder text = new StringBuilder();
                while (!page.get(at).equals(END)) {
                    text.append(page.get(at++)).append('\n');
                }
                at++;
                if (line.equals(SAMPLES)) {
                    samples.add(text.toString());
                } else if (line.equals(COMMANDS)) {
                    commands = text.toString();
                    assertThat(blocks.put(commands, ""))
                            .as("%s is there twice", commands)
                            .isNull();
                } else if (line.equals(OUTPUT)) {
                    blocks.put(commands, text.toString());
                }
            }
        }
        assertThat(samples).hasSize(1);
        return blocks;
    }

    /** Launchers of all tools, and a jar that is the one of the distribution but for where its classes are. */
    private void programs() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        Path bin = Files.createDirectory(directory.resolve("bin"));
        for (String tool : Tools.names()) {
            launcher(
                    bin.resolve(tool),
                    "exec '" + java + "' -XX:TieredStopAtLevel=1 -cp '" + classPath + "' " + QvmMain.class.getName()
                            + " " + tool + " \"$@\"");
        }
        launcher(bin.resolve("java"), "exec '" + java + "' -XX:TieredStopAtLevel=1 \"$@\"");
        StringBuilder urls = new StringBuilder();
        for (String part : classPath.split(System.getProperty("path.separator"), -1)) {
            urls.append(Path.of(part).toUri()).append(' ');
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, BackupMain.class.getName());
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, urls.toString());
        new JarOutputStream(Files.newOutputStream(directory.resolve("qubes-backup.jar")), manifest).close();
    }

    private static void launcher(Path file, String command) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + command + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private String run(List<String> samples, List<String> blocks) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder("set -e\n{\n" + samples.get(0) + "} >samples.log 2>&1\nset +e\n");
        for (String block : blocks) {
            script.append("printf '\\036\\n'\n").append(block);
        }
        Path file = Files.writeString(directory.resolve("page"), script);
        Path output = directory.resolve("output");
        ProcessBuilder bash = new ProcessBuilder("bash", file.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> environment = bash.environment();
        environment.keySet().removeIf(name -> name.startsWith("QUBES_"));
        environment.put("PATH", directory.resolve("bin") + ":" + environment.get("PATH"));
        environment.put("PROJECT", ProjectFiles.root().toString());
        environment.put("LC_ALL", "C");
        assertThat(bash.start().waitFor())
                .as(Files.readString(directory.resolve("samples.log")))
                .isZero();
        return Files.readString(output);
    }

    /** Without what differs from run to run and from machine to machine. */
    private static String steady(String text) {
        return text.replaceAll("\\d{8}T\\d{6}-\\d+", "ID")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d(:\\d\\d)?", "TIME")
                .replaceAll("(?m)^(file|dir) +\\d{4} ", "$1 MODE ")
                .replaceAll("(?m)^(bytes:) +\\d+$", "$1 N")
                .replaceAll("\\d+(\\.\\d+)? MiB", "N MiB");
    }
}
