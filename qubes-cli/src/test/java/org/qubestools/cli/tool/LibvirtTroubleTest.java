package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.tool.ToolProcess.Ended;
import org.qubestools.cli.tool.ToolProcess.Running;
import org.qubestools.core.libvirt.CompleteHost;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.Vmm;

/** Starts by whole processes of {@code qvm-start} where something is wrong with the system below them. */
@Timeout(180)
final class LibvirtTroubleTest {
    private static final DomainKey VAULT = new DomainKey("vault", null);

    @TempDir
    Path folder;

    private PrivateLibvirtd daemon;
    private ToolProcess tools;
    private StoreTree tree;

    @BeforeEach
    void start() {
        daemon = PrivateLibvirtd.startOrSkip();
        tree = StoreTree.small(folder.resolve("root"));
        tools = new ToolProcess(folder, daemon.test());
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (daemon != null) {
            tools.endDatabases();
            daemon.thaw();
            daemon.close();
        }
    }

    private Vmm open() {
        return LibvirtVmm.open(
                new LibvirtOptions(daemon.test(), Duration.ofSeconds(30), DriverSettings.NONE, new CompleteHost()),
                warning -> {});
    }

    private Ended startOfVault() throws IOException, InterruptedException {
        return tools.run("qvm-start -q vault");
    }

    private static void assertRefused(Ended ended, int code, String... words) {
        assertThat(ended.err()).contains(words).hasLineCount(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.code()).isEqualTo(code);
    }

    private void assertNothingMade() {
        assertThat(tree.exists("/var/lib/qubes/appvms/vault/root-overlay.qcow2"))
                .isFalse();
        assertThat(tree.exists("/var/run/qubes/qubesdb.vault.sock")).isFalse();
    }

    @Test
    void whileTheDaemonIsDownNothingStarts() throws Exception {
        daemon.kill();

        assertRefused(startOfVault(), 15, "qvm-start: cannot connect to " + daemon.test(), "whether libvirt");
        assertNothingMade();
    }

    @Test
    void aDaemonThatDoesNotAnswerEndsTheStart() throws Exception {
        daemon.freeze();

        assertRefused(startOfVault(), 15, "libvirt at " + daemon.test() + " has not answered for 2 seconds");
        assertNothingMade();
    }

    /** The socket is there and may not be used; root gives up the right to use every file. */
    @Test
    void withoutPermissionOnTheSocketThatIsWhatIsSaid() throws Exception {
        Path socket = Path.of(daemon.test().substring(daemon.test().indexOf('=') + 1));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("---------"));
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            String rights = "-dac_override,-dac_read_search";
            tools.within(List.of("setpriv", "--bounding-set", rights, "--inh-caps", rights));
        }

        assertRefused(startOfVault(), 15, "cannot connect to " + daemon.test(), "ermission denied", "run it as root");
        assertNothingMade();
    }

    @Test
    void aForeignDomainOfTheNameIsNamedAndLeftAlone() throws Exception {
        try (Vmm vmm = open()) {
            assertThat(startOfVault()).isEqualTo(new Ended(0, "", ""));
            String foreign = vmm.find(VAULT).orElseThrow().uuid();
            String ours = "12345678-0000-4000-8000-000000000001";
            tree.write("/var/lib/qubes/qubes.xml", tree.store().replace(foreign, ours));

            assertRefused(startOfVault(), 1, foreign, ours, "domain 'vault'");

            assertThat(vmm.find(VAULT).orElseThrow().uuid()).isEqualTo(foreign);
            assertThat(vmm.find(VAULT).orElseThrow().active()).isTrue();
        }
    }

    @Test
    void whatAnOfflineRemovalLeftIsReplacedWithAWarning() throws Exception {
        try (Vmm vmm = open()) {
            assertThat(tools.run("qvm-create --force-root -q -l red fresh")).isEqualTo(new Ended(0, "", ""));
            String old = vmm.find(new DomainKey("fresh", null)).orElseThrow().uuid();
            assertThat(tools.run("qvm-remove --force-root --offline-mode -q fresh")
                            .code())
                    .isZero();
            assertThat(tools.run("qvm-create --force-root --offline-mode -q -l red fresh")
                            .code())
                    .isZero();
            assertThat(tools.run("qvm-prefs --force-root --offline-mode fresh netvm none")
                            .code())
                    .isZero();

            Ended ended = tools.run("qvm-start -q fresh");

            assertThat(ended.err())
                    .startsWith("qvm-start: warning: libvirt has an inactive domain 'fresh' (UUID " + old + ")")
                    .contains("its definition is replaced")
                    .hasLineCount(1);
            assertThat(ended.code()).isZero();
            DomainSnapshot now = vmm.find(new DomainKey("fresh", null)).orElseThrow();
            assertThat(now.uuid()).isNotEqualTo(old);
            assertThat(now.active()).isTrue();
        }
    }

    @Test
    void ofTwoProcessesAtOnceOneStartsTheVm() throws Exception {
        try (Vmm vmm = open()) {
            Running one = tools.start("qvm-start -q vault");
            Running two = tools.start("qvm-start -q vault");
            Ended first = one.ended();
            Ended second = two.ended();

            assertThat(List.of(first.code(), second.code())).containsExactlyInAnyOrder(0, 1);
            Ended refused = first.code() == 0 ? second : first;
            assertThat(first.code() == 0 ? first : second).isEqualTo(new Ended(0, "", ""));
            assertThat(refused.err())
                    .containsAnyOf("VM 'vault' is already starting", "VM 'vault' is already running")
                    .hasLineCount(1);
            assertThat(vmm.find(VAULT).orElseThrow().active()).isTrue();
        }
    }
}
