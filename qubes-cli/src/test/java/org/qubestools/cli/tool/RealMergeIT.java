package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Subprocess;

/**
 * {@code qvm-revert-template-changes} with the device-mapper of this kernel, on loop devices; skipped without one. In the
 * dom0 of Xen {@code scripts/xen/parts/80-templates} does the same.
 */
final class RealMergeIT extends LiveTest {
    private static final String DIRECTORY = "/var/lib/qubes/vm-templates/fedora-23/";
    private static final int SIZE = 8 << 20;

    private final List<List<String>> cleaning = new ArrayList<>();
    private Path root;
    private Path store;

    @BeforeEach
    void makeImages() throws IOException {
        assumeTrue(works("dmsetup", "version"), "needs root, dmsetup and a kernel with the device-mapper");
        assumeTrue(works("losetup", "--find"), "needs loop devices");
        host.asRoot().withRealPrograms().inRealTime();
        root = tree.path(DIRECTORY + "root.img");
        store = tree.path(DIRECTORY + "root-cow.img");
        Files.write(root, filled('a'));
        tree.sparse(DIRECTORY + "root-cow.img", SIZE);
    }

    private static boolean works(String... command) {
        try {
            return Subprocess.of(List.of(command)).run().status() == 0;
        } catch (QubesException e) {
            return false; // it is not installed
        }
    }

    private static String run(String... command) {
        Subprocess.Result result = Subprocess.of(List.of(command)).run();
        result.requireSuccess();
        return new String(result.stdout(), StandardCharsets.UTF_8).strip();
    }

    private static byte[] filled(char letter) {
        return String.valueOf(letter).repeat(SIZE).getBytes(StandardCharsets.US_ASCII);
    }

    @AfterEach
    void clean() {
        for (int i = cleaning.size() - 1; i >= 0; i--) {
            Subprocess.of(cleaning.get(i)).run();
        }
        cleaning.clear();
    }

    /** What a running template does: writes to an origin, whose older blocks go to the store. */
    private void writeAsTemplate(String text) throws IOException {
        String rootLoop = run("losetup", "--find", "--show", root.toString());
        cleaning.add(List.of("losetup", "--detach", rootLoop));
        String storeLoop = run("losetup", "--find", "--show", store.toString());
        cleaning.add(List.of("losetup", "--detach", storeLoop));
        String name = "qubes-test-" + ProcessHandle.current().pid();
        long sectors = SIZE / 512;
        run("dmsetup", "create", name, "--table", "0 " + sectors + " snapshot-origin " + rootLoop);
        cleaning.add(List.of("dmsetup", "remove", "--retry", name));
        run(
                "dmsetup",
                "create",
                name + "-cow",
                "--table",
                "0 " + sectors + " snapshot " + rootLoop + " " + storeLoop + " P 256");
        cleaning.add(List.of("dmsetup", "remove", "--retry", name + "-cow"));
        Path origin = Path.of("/dev/mapper/" + name);
        assumeTrue(Files.exists(origin), "needs nodes of devices, as udev makes them");
        Files.writeString(origin, text, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        clean();
    }

    @Test
    void whatATemplateWroteBeforeTheLastCommitIsTakenBack() throws IOException {
        writeAsTemplate("changed");
        assertThat(Files.readString(root).substring(0, 8)).isEqualTo("changeda");
        assertDone("qvm-template-commit fedora-23");

        assertDone("qvm-revert-template-changes --force fedora-23");

        assertThat(Files.readAllBytes(root)).isEqualTo(filled('a'));
        assertThat(tree.path(DIRECTORY + "root-cow.img.old")).doesNotExist();
        assertThat(run("dmsetup", "ls")).doesNotContain("qubes-revert");
        assertThat(run("losetup", "--associated", root.toString())).isEmpty();
    }

    @Test
    void whatWasNeverCommittedIsTakenBackToo() throws IOException {
        writeAsTemplate("older");
        assertDone("qvm-template-commit fedora-23");
        writeAsTemplate("newer and longer");

        assertDone("qvm-revert-template-changes --force fedora-23");

        assertThat(Files.readAllBytes(root)).isEqualTo(filled('a'));
    }
}
