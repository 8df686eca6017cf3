package org.qubestools.manual;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.Tools;
import org.qubestools.cli.backup.BackupCommands;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ToolSpec;

/** What {@code scripts/dist/complete} offers, by the tables that the build makes; the shells themselves are asked by script. */
final class CompletionTest {
    @TempDir
    private Path home;

    private Path root;

    @BeforeEach
    void install() throws IOException {
        CompletionTables.write(home.resolve("lib/completion"));
        root = home.resolve("tree");
        Path store = root.resolve("var/lib/qubes");
        Files.createDirectories(store.resolve("vm-kernels/4.4.14-11"));
        Files.createDirectories(store.resolve("vm-kernels/bad name"));
        Files.writeString(store.resolve("qubes.xml"), "<QubesVmCollection/>");
        names("vm work", "vm vault", "vm $(reboot)", "template fedora-23", "netvm sys-net", "service mine");
        Files.createDirectories(root.resolve("etc/qubes"));
        Files.writeString(root.resolve("etc/qubes/storage.conf"), "[pool-x]\ndir_path=/x\n[a;b]\n");
    }

    private void names(String... lines) throws IOException {
        Path list = root.resolve("var/lib/qubes/.qvm-names");
        Files.writeString(list, String.join("\n", lines) + "\n");
        Files.setLastModifiedTime(list, FileTime.from(Instant.now().plusSeconds(2)));
    }

    /** The lines that the helper prints. */
    private List<String> lines(String... words) throws Exception {
        Path helper = ProjectFiles.root().resolve("scripts/dist/complete");
        List<String> command = new ArrayList<>(List.of("sh", helper.toString(), home.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(Map.of("QUBES_ROOT", root.toString(), "LC_ALL", "C.UTF-8"));
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return printed.lines().toList();
    }

    private List<String> offered(String... words) throws Exception {
        return lines(words).stream()
                .map(line -> line.startsWith("\t") ? line : line.replaceFirst("\t.*", ""))
                .toList();
    }

    @Test
    void everyOptionOfEveryToolIsOffered() throws Exception {
        for (String name : Tools.names()) {
            ToolSpec spec = Tools.named(name).orElseThrow().spec();
            List<String> offered = offered(name, "-");
            for (Opt<?> option : spec.ownOptions()) {
                assertThat(offered).as(name).containsAll(option.names());
            }
            for (Opt<?> option : spec.commonOptions()) {
                assertThat(offered).as(name).containsAll(option.names());
            }
        }
    }

    @Test
    void optionsHaveTheirMeaning() throws Exception {
        assertThat(lines("qvm-prefs", "--hide"))
                .containsExactly("--hide-default\tlist only properties that do not follow a default");
    }

    @Test
    void namesComeFromTheListBesideTheStoreAndOnlyHarmlessOnes() throws Exception {
        assertThat(offered("qvm-start", "")).containsExactly("work", "vault");
        assertThat(offered("qvm-start", "work", "v")).containsExactly("vault");
        assertThat(offered("qvm-start", "--exclude", "w")).containsExactly("work");
        assertThat(offered("qvm-start", "--", "w")).containsExactly("work");
        assertThat(offered("qvm-create", "-t", "")).containsExactly("fedora-23");
        assertThat(offered("qvm-create", "--template=fe")).containsExactly("--template=fedora-23");
        assertThat(offered("/some/bin/qvm-start", "--root", "/nowhere", "")).isEmpty();
    }

    @Test
    void propertiesAndTheirValues() throws Exception {
        assertThat(offered("qvm-prefs", "work", "netv")).containsExactly("netvm", "netvm=");
        assertThat(offered("qvm-prefs", "-s", "work", "netvm", "")).containsExactly("sys-net", "none", "default");
        assertThat(offered("qvm-prefs", "work", "netvm=s")).containsExactly("netvm=sys-net");
        assertThat(offered("qvm-prefs", "work", "netvm=none", "label=b")).containsExactly("label=blue", "label=black");
        assertThat(offered("qvm-prefs", "-s", "work", "debug", "T")).containsExactly("True");
        assertThat(offered("qvm-prefs", "-s", "work", "kernel", "")).containsExactly("4.4.14-11", "none", "default");
        assertThat(offered("qvm-prefs", "-D", "work", "netvm", "kernelo")).containsExactly("kernelopts");
        assertThat(offered("qubes-prefs", "clock")).containsExactly("clockvm");
        assertThat(offered("qubes-prefs", "-s", "default-netvm", "")).containsExactly("sys-net", "none");
    }

    @Test
    void poolsServicesLabelsAndWords() throws Exception {
        assertThat(offered("qvm-create", "--pool", "")).containsExactly("default", "pool-x");
        assertThat(offered("qvm-create", "-l", "bl")).containsExactly("blue", "black");
        assertThat(offered("qvm-service", "work", "m")).containsExactly("meminfo-writer", "mine");
        assertThat(offered("qvm-service", "work", "cups", "o")).containsExactly("on", "off");
        assertThat(offered("qvm-device", "")).containsExactly("block", "pci", "usb");
        assertThat(offered("qvm-block", "-a", "work", "v")).containsExactly("vault:");
        assertThat(offered("qubes-set-updates", "")).containsExactly("enable", "disable", "status");
    }

    @Test
    void commandsThenFiles() throws Exception {
        assertThat(BackupCommands.NAMES).hasSize(5);
        assertThat(offered("qubes-backup", "")).containsExactlyElementsOf(BackupCommands.NAMES);
        assertThat(offered("qubes-backup", "-q", "--memory", "1G", "v")).containsExactly("verify");
        assertThat(offered("qubes-backup", "verify", "ex")).containsExactly("\tfiles\t");
        assertThat(offered("qvm-ls", "--root=x")).containsExactly("\tdirs\t--root=");
        assertThat(offered("qvm-batch", "--dry-run", "set")).containsExactly("\tfiles\t");
    }

    @Test
    void aListOlderThanTheStoreIsNotBelieved() throws Exception {
        Files.setLastModifiedTime(
                root.resolve("var/lib/qubes/qubes.xml"),
                FileTime.from(Instant.now().plusSeconds(20)));
        Path tool = home.resolve("bin/qubes-store");
        Files.createDirectories(tool.getParent());
        Files.writeString(tool, "#!/bin/sh\necho \"vm asked-$1\"\necho 'vm ;rm'\n");
        assertThat(tool.toFile().setExecutable(true)).isTrue();

        assertThat(offered("qvm-start", "")).containsExactly("asked-names");
    }

    @Test
    void anUnknownToolHasNothing() throws Exception {
        assertThat(offered("../../etc/passwd", "")).isEmpty();
        assertThat(offered("qvm-nothing", "")).isEmpty();
    }

    /** The completion must know every word that the tool knows, and no other. */
    @Test
    void theCommandsAreThoseThatTheToolKnows() {
        String help = new ToolRunner().run("qubes-backup --help").out();
        for (String command : BackupCommands.NAMES) {
            assertThat(help).contains(command + " FILE");
            assertThat(new ToolRunner()
                            .run("qubes-backup " + command + " /nonexistent x y z")
                            .err())
                    .doesNotContain("no such command");
        }
        assertThat(new ToolRunner().run("qubes-backup show /nonexistent").err()).contains("no such command");
    }
}
