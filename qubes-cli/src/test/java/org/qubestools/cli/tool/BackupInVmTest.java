package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ServiceHost;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.runtime.PortListener;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.VmmTraits;

/** Backups that go into a VM and come back from it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BackupInVmTest {
    private static final String VMS = " fedora-23 work vault";
    private static final String V4 = "--format 4 --scrypt-cost 10";

    @TempDir
    private Path directory;

    private final ServiceHost services = new ServiceHost();
    private final BackupVm vm = new BackupVm(services, "sys-net");
    private StoreTree source;
    private RestoreTree target;
    private String passphrase;

    @BeforeEach
    void makeTrees() throws IOException {
        source = StoreTree.small(directory.resolve("source")).on(services);
        source.write("/var/lib/qubes/appvms/work/private.img", "the data of work");
        source.write("/var/lib/qubes/servicevms/sys-firewall/private.img", "the data of sys-firewall");
        Files.createDirectory(directory.resolve("target"));
        target = new RestoreTree(directory.resolve("target"));
        target.tree.on(services);
        passphrase = directory.resolve("target/passphrase").toString();
    }

    private Outcome backup(String options) {
        return source.run("qvm-backup -q -p " + passphrase + " -d sys-net " + options);
    }

    private Outcome restore(String options) {
        return target.tree.run("qvm-backup-restore -p " + passphrase + " --ignore-missing -d sys-net " + options);
    }

    private void assertRestored(String... paths) throws IOException {
        for (String path : paths) {
            String file = "/var/lib/qubes/" + path;
            assertThat(target.tree.path(file)).hasSameBinaryContentAs(source.path(file));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format 3", "--format 3 --no-encrypt -Z zstd", V4, V4 + " -Z none"})
    void whatTheVmStoredComesBackTheSame(String format) throws IOException {
        Outcome made = backup(format + " /media/disk" + VMS);
        Outcome verified = restore("--verify-only /media/disk/qubes-x");
        Outcome restored = restore("/media/disk/qubes-x");

        assertThat(made.code()).as(made.err()).isZero();
        assertThat(verified.code()).as(verified.err()).isZero();
        assertThat(verified.out()).contains("verified:     work\n", "verified:     fedora-23\n");
        assertThat(restored.code()).as(restored.err()).isZero();
        assertThat(target.vms()).containsExactlyInAnyOrder("fedora-23", "work", "vault");
        assertRestored("appvms/work/private.img", "appvms/vault/private.img", "vm-templates/fedora-23/root.img");
        assertThat(vm.lines()).startsWith("/media/disk", "/media/disk/qubes-x");
        assertThat(services.vms().open()).isZero();
    }

    /** The agent of a guest on QEMU, whose services are these. */
    private PortListener guest(StoreTree tree, String backup, String restore) throws IOException {
        tree.on(services, new FakeVmm(new HostInfo(16_000, 4), VmmTraits.QEMU));
        Path folder = Files.createDirectories(tree.path("/var/run/qubes"));
        for (String service : List.of("qubes.Backup\n" + backup, "qubes.Restore\n" + restore)) {
            String[] parts = service.split("\n", 2);
            Path file = Files.writeString(folder.resolve(parts[0]), "#!/bin/sh\n" + parts[1] + "\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path agent = Path.of("..", "scripts", "guest", "qubes-virtio-agent").toAbsolutePath();
        return PortListener.open(folder.resolve("qrexec-link.sys-net.sock"), PortListener.agent(agent, folder));
    }

    @Test
    void whereThereIsNoQrexecTheyGoOverTheCommandPorts() throws IOException {
        Path stored = directory.resolve("stored");
        try (PortListener guest = guest(source, "read place; cat >" + stored, "exit 1")) {
            Outcome made = backup("--format 3 --no-encrypt /media/disk vault");

            assertThat(made.code()).as(made.err()).isZero();
            assertThat(Files.readString(stored, StandardCharsets.ISO_8859_1)).contains("backup-header", "qubes.xml");
        }
        try (PortListener guest = guest(target.tree, "exit 1", "read place; read names; echo 'no disk' >&2; exit 7")) {
            Outcome restored = restore("/media/disk/qubes-x");

            assertThat(restored.code()).isEqualTo(1);
            assertThat(restored.err()).contains("no disk");
        }
        assertThat(vm.lines()).isEmpty();
    }

    @Test
    void aBackupForAVmIsEncryptedUnlessAskedOtherwise() {
        backup("--format 3 /media" + VMS);
        String encrypted = new String(vm.stored(), StandardCharsets.ISO_8859_1);
        backup("--format 3 --no-encrypt /media" + VMS);
        String plain = new String(vm.stored(), StandardCharsets.ISO_8859_1);

        assertThat(encrypted).contains("encrypted=True").doesNotContain("the data of work");
        assertThat(plain).contains("the data of work");
    }

    @Test
    void theDestinationIsNotInTheBackup() {
        Outcome outcome = backup("--format 3 --dry-run --json /media sys-net sys-firewall work");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("\"sys-firewall\"", "\"work\"").doesNotContain("\"name\":\"sys-net\"");
        assertThat(services.vms().calls()).isEmpty();
    }

    @Test
    void whatTheVmSaysAtItsEndIsAnError() {
        vm.failing(1, "No space left\u001b on device");
        String before = source.store();

        Outcome outcome = backup(V4 + " /media work");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("VM 'sys-net'", "status 1: No space left\\x1b on device", "free space there")
                .doesNotContain("is complete");
        assertThat(source.store()).as("nothing is marked as backed up").isEqualTo(before);
    }

    @Test
    void aFailureAfterAllDataIsToldAndTheDataAreGood() throws IOException {
        backup("--format 3 /media" + VMS);
        vm.failing(3, "cannot unmount");

        Outcome outcome = restore("/media/x");

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err())
                .contains("VM 'sys-net': after it had sent all, qubes.Restore ended with status 3: cannot unmount");
        assertThat(outcome.out()).contains("restored:     work\n", "completed with errors\n");
        assertRestored("appvms/work/private.img");
    }

    @Test
    void aVmThatSendsNothingIsAnError() {
        services.vms().with("sys-net", "qubes.Restore", (input, output, errors) -> {
            errors.write('?');
            return 5;
        });

        Outcome outcome = restore("/media/x");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("VM 'sys-net'", "ended with status 5: ?", "names a backup there");
        assertThat(target.vms()).isEmpty();
    }

    @Test
    void aVmThatSendsTooMuchIsStopped() {
        backup("--format 3 /media" + VMS);
        BackupVm honest = new BackupVm(services, "vault").holding(vm.stored());
        services.vms().with("vault", "qubes.Restore", (input, output, errors) -> {
            if (!honest.lines().isEmpty()) {
                BackupVm.line(input);
                String first = BackupVm.line(input).split(" ", -1)[0];
                BackupVm.entry(output, first + "private.img.000", 4L << 30);
                return input.read();
            }
            return honest.restore(input, output, errors);
        });

        Outcome outcome =
                target.tree.run("qvm-backup-restore --ignore-missing -p " + passphrase + " -d vault /media/x");

        assertThat(outcome.code()).isEqualTo(13);
        assertThat(outcome.err()).contains("VM 'vault' sends more than", "give --ignore-size-limit");
        assertThat(target.vms()).isEmpty();
        assertThat(services.vms().open()).isZero();
    }

    @Test
    void nothingGoesToOrComesFromAVmOffline() {
        Outcome made = backup("--offline-mode /media work");
        Outcome restored = restore("--offline-mode /media/x");

        assertThat(List.of(made.code(), restored.code())).containsOnly(14);
        assertThat(made.err()).contains("--offline-mode");
        assertThat(services.vms().calls()).isEmpty();
    }

    @Test
    void aNameThatBeginsAnotherIsNotTakenForIt() throws IOException {
        vm.ignoringSlashes();
        source.write("/var/lib/qubes/qubes.xml", source.store().replace("qid=\"9\"", "qid=\"20\""));
        source.write("/var/lib/qubes/appvms/personal/private.img", "the data of vm20");
        source.write("/var/lib/qubes/servicevms/sys-net/private.img", "the data of vm2");
        BackupVm other = new BackupVm(services, "vault").ignoringSlashes();
        String dest = "-p " + passphrase + " -d vault ";

        Outcome made = source.run("qvm-backup -q " + dest + V4 + " /m sys-net fedora-23 debian-8 personal");
        Outcome restored = target.tree.run("qvm-backup-restore --ignore-missing " + dest + "/m fedora-23 sys-net");

        assertThat(made.code()).as(made.err()).isZero();
        assertThat(restored.code()).as(restored.err()).isZero();
        assertThat(target.vms()).containsExactlyInAnyOrder("fedora-23", "sys-net");
        assertRestored("servicevms/sys-net/private.img");
        assertThat(other.lines().get(4)).doesNotContain("vm20");
    }

    @Test
    void aVmThatStallsIsLeftWhenTheUserCancels() throws Exception {
        backup("--format 3 /media" + VMS);
        BackupVm honest = new BackupVm(services, "vault").holding(vm.stored());
        services.vms().with("vault", "qubes.Restore", (input, output, errors) -> {
            if (!honest.lines().isEmpty()) {
                BackupVm.line(input);
                BackupVm.line(input);
                BackupVm.entry(output, "vm-templates/fedora-23/root.img.000", 100);
                return input.read();
            }
            return honest.restore(input, output, errors);
        });
        Thread user = services.interruptSoon();

        Outcome outcome =
                target.tree.run("qvm-backup-restore --ignore-missing -p " + passphrase + " -d vault /media/x");

        assertThat(outcome.code()).isEqualTo(130);
        assertThat(outcome.err()).contains("cancelled; 0 of 3 were restored, of the others nothing was kept");
        assertThat(target.vms()).isEmpty();
        assertThat(services.vms().open()).isZero();
        user.join();
    }
}
