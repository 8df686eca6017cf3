package org.qubestools.manual;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.Tools;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ToolSpec;

final class ManualPagesTest {
    @TempDir
    private Path target;

    @Test
    void everyToolGetsAPageWithAllSectionsWithAllOptions() throws IOException {
        String[] arguments = {
            ProjectFiles.root().toString(),
            "1.2",
            target.resolve("man").toString(),
            target.resolve("completion").toString()
        };

        ManualPages.main(arguments);

        for (String name : Tools.names()) {
            ToolSpec spec = Tools.named(name).orElseThrow().spec();
            String page = Files.readString(target.resolve("man").resolve(name + ".1.adoc"));
            assertThat(page)
                    .containsSubsequence("= " + name + "(1)\n", "== Name\n\n" + name + " - " + spec.purpose())
                    .containsSubsequence("== Synopsis\n", "== Description\n", "== Options\n", "== Operands\n")
                    .containsSubsequence("== Operands\n", "== Examples\n", "== Exit status\n", "== Files\n")
                    .containsSubsequence("== Files\n", "== See also\n", "*(1)")
                    .contains("*130*::\n");
            for (Opt<?> option : spec.ownOptions()) {
                assertThat(page).contains(option.longestName());
            }
        }
    }

    @Test
    void theCodesComeFromTheirPage() throws IOException {
        assertThat(ManualPages.commonCodes(ProjectFiles.exitCodes()))
                .containsEntry(2, "wrong options or operands")
                .containsKeys(0, 1, 3, 10, 130);
    }
}
