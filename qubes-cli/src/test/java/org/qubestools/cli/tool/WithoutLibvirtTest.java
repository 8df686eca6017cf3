package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tools do in a process that has neither JNA nor a binding of libvirt. */
final class WithoutLibvirtTest {
    private static final List<String> OFFLINE = List.of(
            "qvm-ls --offline-mode",
            "qvm-ls --offline-mode --raw-list",
            "qvm-ls --offline-mode -n -d -k",
            "qvm-check --offline-mode work",
            "qvm-check --offline-mode -q --template fedora-23",
            "qvm-prefs --offline-mode -l work",
            "qvm-prefs --offline-mode -s work memory 500",
            "qvm-prefs --offline-mode work netvm",
            "qvm-prefs --offline-mode -s work netvm none",
            "qvm-prefs --offline-mode work name office",
            "qvm-service --offline-mode -e office cups",
            "qvm-service --offline-mode -l office",
            "qvm-create --offline-mode -l red new",
            "qvm-create --offline-mode --hvm -l red windows",
            "qvm-clone --offline-mode office copy",
            "qvm-remove --offline-mode -q new",
            "qvm-add-appvm --offline-mode personal2 debian-8",
            "qvm-backup --offline-mode --help",
            "qvm-backup-restore --offline-mode --help",
            "qubes-backup --version",
            "qubes-prefs",
            "qubes-prefs -s updatevm sys-net",
            "qvm-ls --version",
            "qvm-prefs --help");

    @TempDir
    Path folder;

    private List<String> run(Map<String, String> environment, List<String> lines)
            throws IOException, InterruptedException {
        StoreTree tree = StoreTree.small(folder.resolve("root"));
        tree.sparse("/var/lib/qubes/appvms/personal2/private.img", 5);
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().matches("(jna|libvirt)-.*"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(classPath).isNotEqualTo(System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", // as the launchers do
                "-Xlog:class+load:file=" + folder.resolve("classes"),
                "-cp",
                classPath,
                CommandLines.class.getName()));
        command.addAll(lines);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("QUBES_ROOT", folder.resolve("root").toString());
        builder.environment().putAll(environment);
        assertThat(builder.start().waitFor()).isZero();
        return Files.readAllLines(folder.resolve("out"));
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("err"), StandardCharsets.UTF_8);
    }

    @Test
    void offlineEveryToolWorks() throws Exception {
        List<String> codes = run(Map.of(), OFFLINE);

        assertThat(codes)
                .as(errors())
                .isEqualTo(OFFLINE.stream().map(line -> "0 " + line).toList());
        assertThat(Files.readString(folder.resolve("classes")))
                .contains("org.qubestools.cli.frame.HostVmm")
                .doesNotContain("org.qubestools.core.libvirt.", "org.qubestools.core.VmmOpener", "com.sun.jna.");
    }

    @Test
    void theRunningSystemIsMissedInOneLine() throws Exception {
        List<String> codes = run(
                Map.of("QUBES_LIBVIRT_URI", "test:///default"), List.of("qvm-ls --raw-list", "qvm-create -l red new"));

        assertThat(codes).containsExactly("0 qvm-ls --raw-list", "15 qvm-create -l red new");
        assertThat(errors())
                .contains("qvm-create: cannot connect to test:///default: this program's way to native libraries (JNA)")
                .hasLineCount(1);
    }
}
