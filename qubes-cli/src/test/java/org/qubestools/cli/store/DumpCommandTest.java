package org.qubestools.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;

/** {@code qubes-store dump}. */
final class DumpCommandTest {
    @TempDir
    private Path root;

    @BeforeEach
    void makeTree() throws IOException {
        Files.createDirectories(root.resolve("var/lib/qubes"));
        Files.copy(ProjectFiles.smallStore(), root.resolve("var/lib/qubes/qubes.xml"));
    }

    private Outcome run(String commandLine) {
        return new ToolRunner().environment("QUBES_ROOT", root.toString()).run(commandLine);
    }

    @Test
    void allAttributesOfAllVmsAreThere() {
        Outcome dump = run("qubes-store dump");

        assertThat(dump.code()).isZero();
        assertThat(dump.out()).startsWith("globals\n").contains("\nAppVM work (qid ", "\n  name: work\n");
    }

    @Test
    void anyFileWithAStoreIsRead() throws IOException {
        Path copy = root.resolve("copy.xml");
        Files.writeString(copy, "<QubesVmCollection updatevm=\"None\" other=\"a\u202eb\"/>\n");

        assertThat(run("qubes-store dump " + copy).out())
                .isEqualTo("globals\n  updatevm: None\n  other: a\\u202eb\nAdminVM dom0 (qid 0)\n");
        assertThat(run("qubes-store dump " + copy + " --json").out()).contains("\"other\": \"a\\u202Eb\"");
        assertThat(run("qubes-store dump " + root.resolve("var/lib/qubes/qubes.xml"))
                        .out())
                .isEqualTo(run("qubes-store dump").out());
    }

    @Test
    void whatIsNoStoreIsRefused() throws IOException {
        Path text = Files.writeString(root.resolve("text"), "hello");

        assertThat(run("qubes-store dump " + text).code()).isEqualTo(1);
        assertThat(run("qubes-store dump " + root.resolve("absent")).code()).isEqualTo(10);
        assertThat(run("qubes-store dump " + root).code()).isEqualTo(10);
        assertThat(run("qubes-store dump a b").code()).isEqualTo(2);
        assertThat(run("qubes-store undump").code()).isEqualTo(2);
    }
}
