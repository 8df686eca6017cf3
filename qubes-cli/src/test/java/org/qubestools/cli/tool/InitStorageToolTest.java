package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;

final class InitStorageToolTest {
    private static final String STORE = "/var/lib/qubes/qubes.xml";
    private static final String EMPTY =
            "<QubesVmCollection clockvm=\"None\" default_fw_netvm=\"None\" default_kernel=\"None\""
                    + " default_netvm=\"None\" default_template=\"None\" updatevm=\"None\"/>\n";

    private StoreTree tree;

    @BeforeEach
    void makeTree(@TempDir Path root) {
        tree = StoreTree.empty(root);
    }

    @Test
    void anEmptyStoreAndItsDirectoriesAreMade() throws IOException {
        assertThat(tree.run("qvm-init-storage")).isEqualTo(new Outcome(0, "", ""));

        assertThat(tree.store()).isEqualTo(EMPTY);
        assertThat(mode(STORE)).isEqualTo("rw-rw----");
        assertThat(tree.files())
                .containsExactly(
                        "/ (directory)",
                        "/var (directory)",
                        "/var/lib (directory)",
                        "/var/lib/qubes (directory)",
                        "/var/lib/qubes/appvms (directory)",
                        "/var/lib/qubes/backup (directory)",
                        "/var/lib/qubes/dvmdata (directory)",
                        "/var/lib/qubes/qubes.xml " + EMPTY.length(),
                        "/var/lib/qubes/servicevms (directory)",
                        "/var/lib/qubes/updates (directory)",
                        "/var/lib/qubes/vm-kernels (directory)",
                        "/var/lib/qubes/vm-templates (directory)");
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.path(path)));
    }

    @Test
    void theNewStoreHoldsDom0Only() {
        tree.run("qvm-init-storage");

        assertThat(tree.run("qvm-ls --raw-list")).isEqualTo(new Outcome(0, "dom0\n", ""));
    }

    @Test
    void anExistingStoreIsNotTouched() {
        tree.write(STORE, "anything");

        Outcome outcome = tree.run("qvm-init-storage");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("qvm-init-storage: /var/lib/qubes/qubes.xml exists already");
        assertThat(tree.store()).isEqualTo("anything");
        assertThat(tree.exists("/var/lib/qubes/appvms")).isFalse();
    }

    @Test
    void dryRunShowsWhatWouldBeMadeAndMakesNothing() {
        tree.write("/var/lib/qubes/appvms/file", "");

        Outcome outcome = tree.run("qvm-init-storage --dry-run");

        assertThat(outcome).isEqualTo(new Outcome(0, """
                        make directory /var/lib/qubes/vm-templates
                        make directory /var/lib/qubes/servicevms
                        make directory /var/lib/qubes/vm-kernels
                        make directory /var/lib/qubes/backup
                        make directory /var/lib/qubes/updates
                        make directory /var/lib/qubes/dvmdata
                        create /var/lib/qubes/qubes.xml
                        """, ""));
        assertThat(tree.exists(STORE)).isFalse();
        assertThat(tree.exists("/var/lib/qubes/updates")).isFalse();
    }

    @Test
    void jsonTellsWhatWasMade() {
        assertThat(tree.run("qvm-init-storage --json").out())
                .startsWith("{\n  \"type\": \"init\",\n  \"dry_run\": false,\n  \"files\": [\n")
                .contains("\"create /var/lib/qubes/qubes.xml\"");
    }

    @Test
    void itTakesNoOperand() {
        assertThat(tree.run("qvm-init-storage x").code()).isEqualTo(2);
        assertThat(tree.exists("/var")).isFalse();
    }

    @Test
    void rootMayDoIt() {
        assertThat(tree.runAsRoot("qvm-init-storage").code()).isZero();
    }
}
