package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.cli.ToolRunner.Outcome;

/** {@code qvm-grow-private}, {@code qvm-grow-root}, {@code qvm-template-commit} on a small store; VMs that run: see there. */
final class ImageToolsTest extends ToolTest {
    private static final long GIB = 1L << 30;

    private Path image;
    private Path root;

    @BeforeEach
    void makeImages() throws IOException {
        image = image("/var/lib/qubes/appvms/work/private.img", "private");
        root = image("/var/lib/qubes/vm-templates/fedora-23/root.img", "root");
        image("/var/lib/qubes/vm-templates/fedora-23/root-cow.img", "changes");
        rememberFiles();
    }

    private Path image(String path, String begin) throws IOException {
        Path file = tree.path(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, begin);
        return file;
    }

    private static String begin(Path file, int length) throws IOException {
        return Files.readString(file).substring(0, length);
    }

    @Test
    void aPrivateImageGrowsAndKeepsItsContent() throws IOException {
        assertPrints("qvm-grow-private work 1M", "");

        assertThat(Files.size(image)).isEqualTo(1 << 20);
        assertThat(begin(image, 7)).isEqualTo("private");
        assertPrints("qvm-grow-private work 1048576", "");
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void aRootImageGrowsAndItsFileSystemIsLeftToTheVm() throws IOException {
        Outcome outcome = tree.run("qvm-grow-root fedora-23 1G");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("enlarge the file system").hasLineCount(1);
        assertThat(Files.size(root)).isEqualTo(GIB);
    }

    @Test
    void aDryRunSaysHowLongItWouldBe() throws IOException {
        assertPrints("qvm-grow-private --dry-run work 1K", "/var/lib/qubes/appvms/work/private.img: 7 -> 1024 bytes\n");
        assertThat(Files.size(image)).isEqualTo(7);
        assertPrints("qvm-grow-private --dry-run work 7", "nothing would change\n");
    }

    @ParameterizedTest
    @CsvSource({
        "qvm-grow-private work 1, never made smaller",
        "qvm-grow-private work 4X, is no size",
        "qvm-grow-private nosuch 4G, nosuch",
        "qvm-grow-private dom0 4G, has no image",
        "qvm-grow-private vault 4G, no such image",
        "qvm-grow-root work 20G, root image of its template",
        "qvm-grow-root sys-net 20G, root image of its template",
        "qvm-grow-root dom0 20G, not its own to grow",
        "qvm-template-commit work, is no template",
        "qvm-template-commit nosuch, nosuch",
    })
    void whatCannotBeIsRefused(String commandLine, String message) throws IOException {
        Files.deleteIfExists(tree.path("/var/lib/qubes/appvms/vault/private.img"));
        rememberFiles();

        assertRefused(commandLine, 1, message);
    }

    @Test
    void aCommitPutsTheChangesAside() throws IOException {
        Path directory = root.getParent();
        assertPrints("qvm-template-commit fedora-23", "");
        assertThat(Files.readString(directory.resolve("root-cow.img.old"))).isEqualTo("changes");
        assertThat(Files.size(directory.resolve("root-cow.img"))).isEqualTo(Files.size(root));

        assertPrints("qvm-template-commit fedora-23", "");
        assertThat(Files.size(directory.resolve("root-cow.img.old"))).isEqualTo(4);
        assertThat(Files.readString(root)).isEqualTo("root");
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void aTemplateWithoutChangesCannotBeCommitted() throws IOException {
        Files.delete(root.resolveSibling("root-cow.img"));
        rememberFiles();

        assertRefused("qvm-template-commit fedora-23", 1, "root-cow.img");
    }

    @Test
    void updatesAreSwitchedOffAndOnAgain() throws IOException {
        assertPrints("qubes-set-updates status", "dom0: enabled\nvms: enabled\n");

        assertPrints("qubes-set-updates disable", "");
        assertPrints("qubes-set-updates status", "dom0: disabled\nvms: disabled\n");
        assertThat(tree.path("/var/lib/qubes/updates/disable-updates")).isEmptyFile();
        assertThat(ExpectedStore.of(tree.store()).value("work", "services")).contains("'qubes-update-check': False");

        assertPrints("qvm-service work -e qubes-update-check", "");
        assertPrints("qubes-set-updates status", "dom0: disabled\nvms: mixed\n");

        assertPrints("qubes-set-updates enable", "");
        assertPrints("qubes-set-updates status", "dom0: enabled\nvms: enabled\n");
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
        assertThat(tree.path("/var/lib/qubes/updates/disable-updates")).doesNotExist();
    }

    @Test
    void wrongWordsAreUsageErrors() {
        for (String line :
                words("qubes-set-updates", "qubes-set-updates maybe", "qvm-grow-private work", "qvm-template-commit")) {
            assertThat(tree.run(line).code()).isEqualTo(USAGE);
        }
        assertNothingChanged();
    }
}
