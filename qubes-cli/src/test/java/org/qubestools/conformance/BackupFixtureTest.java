package org.qubestools.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.Subprocess;
import org.qubestools.fixtures.Fixtures;

/** What the runner takes from the descriptions of backups. */
final class BackupFixtureTest {
    @TempDir
    private Path directory;

    private BackupFixture fixture(String json) throws IOException {
        Path file = directory.resolve("NAME.json");
        Files.writeString(file, json.replace('\'', '"'));
        return new BackupFixture(file);
    }

    private BackupFixture sample(String name) throws IOException {
        return new BackupFixture(Files.write(directory.resolve(name), Fixtures.bytes("backups/" + name)));
    }

    /** The list of contents and the comparison agree on a tree that no code of ours has made. */
    @Test
    void aTreeUnpackedByTarIsAsListed() throws IOException {
        Path tar = Files.write(directory.resolve("v1.tar"), Fixtures.bytes("backups/v1-directory.tar"));
        Subprocess.of("tar", "-xSpf", tar.toString(), "-C", directory.toString())
                .run()
                .requireSuccess();
        Path sparse = directory.resolve("sparse");
        Subprocess.of(
                        "cp",
                        "-a",
                        "--sparse=always",
                        directory.resolve("v1-directory").toString(),
                        sparse.toString())
                .run()
                .requireSuccess();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Report report = new Report(new PrintStream(out, true, StandardCharsets.UTF_8), "not possible here");

        new TreeComparer(sparse, directory)
                .run("v1", sample("v1-directory.json").contents(), report);

        assertThat(report.failed()).as(out.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(report.passed()).isEqualTo(32);
    }

    @Test
    void pathsOfVmsAreDirectoriesBelowTheSharedOnes() throws IOException {
        assertThat(sample("v1-directory.json").vmPaths())
                .containsExactly(
                        "appvms/personal",
                        "appvms/work",
                        "dom0-home/user",
                        "servicevms/netvm",
                        "vm-templates/fedora-18-x64");
        assertThat(sample("v4-gzip.json").vmPaths()).containsExactly("dom0-home/user", "vm1", "vm4", "vm5");
    }

    @Test
    void directoriesAboveWhatWasArchivedAreImplied() throws IOException {
        List<String> implied = sample("v3-plain.json").contents().stream()
                .filter(ListedMember::implied)
                .map(ListedMember::path)
                .toList();

        assertThat(implied).containsExactly("appvms", "appvms/personal", "appvms/work", "dom0-home", "vm-templates");
    }

    @Test
    void onlyABackupWithoutHeaderNeedsToBeExplained() throws IOException {
        String flags = "'format': '2', 'encrypted': true, 'compressed': true, 'outer_members': [{'name': '";

        assertThat(fixture("{" + flags + "qubes.xml.000'}]}").options()).containsExactly("--encrypted", "--compressed");
        assertThat(fixture("{" + flags + "backup-header'}]}").options()).isEmpty();
        assertThat(fixture("{'format': '2'}").options()).isEmpty();
    }

    @Test
    void whatIsNotRecordedIsEmpty() throws IOException {
        BackupFixture fixture = fixture("{'format': '1', 'sha256': null}");

        assertThat(fixture.name()).isEqualTo("NAME");
        assertThat(fixture.format()).isEqualTo("1");
        assertThat(fixture.sha256()).isEmpty();
        assertThat(fixture.passphrase()).isEmpty();
        assertThat(fixture.contents()).isEmpty();
        assertThat(fixture.vmPaths()).isEmpty();
    }
}
