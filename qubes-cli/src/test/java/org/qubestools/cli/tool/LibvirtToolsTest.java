package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.tool.ToolProcess.Ended;
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
        return new ToolProcess(folder, uri).run(commandLine);
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
    void aTemplateInWhichNothingCanBeRunIsNotTrimmedAndDoesNotStayUp() throws Exception {
        Ended ended = run(daemon.test(), "qvm-trim-template -q fedora-23");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err())
                .contains("no command can be run in VM 'fedora-23'")
                .hasLineCount(1);
        assertThat(run(daemon.test(), "qvm-check -q --running fedora-23").code())
                .isEqualTo(1);
        try (Vmm vmm = open()) {
            vmm.undefine(new DomainKey("fedora-23", null));
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
