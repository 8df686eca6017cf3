package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.QvmMain;
import org.qubestools.core.libvirt.CompleteHost;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.Vmm;

/** Whole processes of tools, one after the other, on the test driver of a daemon. */
@Timeout(120)
final class LibvirtToolsTest {
    private static PrivateLibvirtd daemon;

    @TempDir
    Path folder;

    /** What a process left behind. */
    private record Ended(int code, String out, String err) {}

    @BeforeAll
    static void start() {
        daemon = PrivateLibvirtd.startOrSkip();
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.thaw();
            daemon.close();
        }
    }

    @BeforeEach
    void makeStore() {
        StoreTree.small(folder.resolve("root"));
    }

    private Ended run(String uri, String commandLine) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                QvmMain.class.getName()));
        command.addAll(List.of(commandLine.split(" ")));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("QUBES_ROOT", folder.resolve("root").toString());
        builder.environment().put("QUBES_LIBVIRT_URI", uri);
        builder.environment().put("QUBES_LIBVIRT_TIMEOUT", "2");
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(folder.resolve("out"), StandardCharsets.UTF_8),
                Files.readString(folder.resolve("err"), StandardCharsets.UTF_8));
    }

    private Vmm open() {
        return LibvirtVmm.open(
                new LibvirtOptions(daemon.test(), Duration.ofSeconds(30), DriverSettings.NONE, new CompleteHost()),
                warning -> {});
    }

    private static List<String> names(Vmm vmm) {
        return vmm.domains().stream().map(DomainSnapshot::name).toList();
    }

    @Test
    void aVmIsDefinedRenamedAndRemoved() throws Exception {
        try (Vmm vmm = open()) {
            assertThat(run(daemon.test(), "qvm-create --force-root -q -l red fresh"))
                    .isEqualTo(new Ended(0, "", ""));
            assertThat(names(vmm)).contains("fresh");
            assertThat(run(daemon.test(), "qvm-prefs --force-root -s fresh name stale"))
                    .isEqualTo(new Ended(0, "", ""));
            assertThat(names(vmm)).contains("stale").doesNotContain("fresh");
            assertThat(run(daemon.test(), "qvm-check -q --running stale").code())
                    .isEqualTo(1);

            vmm.createPaused(new DomainKey("stale", null));
            assertThat(run(daemon.test(), "qvm-check -q --paused stale").code()).isZero();
            assertThat(run(daemon.test(), "qvm-ls --raw-data name-raw state stale")
                            .out())
                    .isEqualTo("stale|Paused\n");
            vmm.destroy(new DomainKey("stale", null));

            assertThat(run(daemon.test(), "qvm-remove --force-root -q stale")).isEqualTo(new Ended(0, "", ""));
            assertThat(names(vmm)).containsExactly("test");
        }
    }

    @Test
    void aDaemonThatDoesNotAnswerKeepsNoToolForLong() throws Exception {
        daemon.freeze();
        try {
            Ended listed = run(daemon.test(), "qvm-ls --raw-data name-raw state work");
            assertThat(listed.out()).isEqualTo("work|NA\n");
            assertThat(listed.err())
                    .contains("libvirt at " + daemon.test() + " has not answered for 2 seconds")
                    .hasLineCount(1);
            assertThat(listed.code()).isZero();

            Ended created = run(daemon.test(), "qvm-create --force-root -q -l red fresh");
            assertThat(created.code()).isEqualTo(15);
            assertThat(created.err()).contains("has not answered for 2 seconds").hasLineCount(1);
        } finally {
            daemon.thaw();
        }
    }

    @Test
    void whereNoDaemonIsTheUriIsNamedAndWhatToDo() throws Exception {
        String uri = "test+unix:///default?socket=" + folder.resolve("none");

        Ended ended = run(uri, "qvm-create --force-root -q -l red fresh");

        assertThat(ended.code()).isEqualTo(15);
        assertThat(ended.err())
                .startsWith("qvm-create: cannot connect to " + uri + ": ")
                .contains("--offline-mode")
                .hasLineCount(1);
    }

    @Test
    void aDriverThatIsNotKnownIsNamed() throws Exception {
        Ended ended = run("nonsense:///", "qvm-create --force-root -q -l red fresh");

        assertThat(ended.code()).isEqualTo(15);
        assertThat(ended.err()).contains("cannot connect to nonsense:///: ").hasLineCount(1);
    }
}
