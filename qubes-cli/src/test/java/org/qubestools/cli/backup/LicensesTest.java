package org.qubestools.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;

/** The list of licenses is that of what {@code qubes-backup.jar} is made of. */
final class LicensesTest {
    private static final Pattern LIBRARY = Pattern.compile("(?m)^\\s*([\\w.-]+:[\\w.-]+):jar:([\\w.-]+):");
    private static final Pattern EXCLUDED = Pattern.compile("<exclude>([\\w.-]+:[\\w.-]+)</exclude>");

    @Test
    void everyLibraryInTheJarIsListedWithItsVersionAndNoOther() throws IOException {
        Set<String> leftOut = leftOutOfTheJar();
        TreeMap<String, String> bundled = new TreeMap<>();
        Matcher library = LIBRARY.matcher(Files.readString(target().resolve("runtime-libraries.txt")));
        while (library.find()) {
            if (!leftOut.contains(library.group(1))) {
                bundled.put(library.group(1), library.group(2));
            }
        }
        TreeMap<String, String> listed = new TreeMap<>();
        for (Licenses.Entry entry : Licenses.entries()) {
            listed.put(entry.artifact(), entry.version());
        }

        assertThat(listed.remove("org.qubestools:qubes-cli")).isNotNull();
        assertThat(listed)
                .as("a new library or version needs its entry in licenses/list.txt: look at its license first")
                .isEqualTo(bundled);
    }

    @Test
    void everyEntryHasALicenseACopyrightAndItsTexts() throws IOException {
        assertThat(Licenses.entries()).hasSizeGreaterThan(5).allSatisfy(entry -> {
            assertThat(entry.license()).matches("(GPL|Apache|MIT|BSD|0BSD|LGPL)\\b.*");
            assertThat(entry.copyright()).startsWith("Copyright ");
            assertThat(entry.texts())
                    .isNotEmpty()
                    .allSatisfy(text -> assertThat(Licenses.text(text)).isNotBlank());
        });
    }

    @Test
    void theListNamesTheLicenseOfTheWhole() {
        Outcome outcome = new ToolRunner().run("qubes-backup --licenses");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("  GPL-2.0-or-later\n", "GPL-3.0-or-later", "Bouncy Castle")
                .doesNotContain("${", "GNU GENERAL PUBLIC LICENSE");
    }

    @Test
    void theTextsFollowIfWanted() {
        Outcome outcome = new ToolRunner().run("qubes-backup --licenses --verbose");

        assertThat(outcome.out())
                .contains("Version 2, June 1991", "Version 3, 29 June 2007", "The Legion of the Bouncy Castle")
                .containsOnlyOnce("==== Apache-2.0.txt ====");
    }

    /** What the build keeps out of the jar. */
    private static Set<String> leftOutOfTheJar() throws IOException {
        String pom = Files.readString(target().resolveSibling("pom.xml"));
        String set = pom.substring(pom.indexOf("<artifactSet>"), pom.indexOf("</artifactSet>"));
        Set<String> excluded = new TreeSet<>();
        Matcher matcher = EXCLUDED.matcher(set);
        while (matcher.find()) {
            excluded.add(matcher.group(1));
        }
        return excluded;
    }

    private static Path target() {
        return ProjectFiles.root().resolve("qubes-cli/target");
    }
}
