package org.qubestools.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.Tools;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Subprocess;
import org.qubestools.fixtures.Fixtures;

/** A sample is extracted, put into a new archive by tar, openssl and scrypt, and is the same when extracted again. */
final class MadeBackupsTest {
    private static final String TOOL = "qubes-backup";

    @TempDir
    private Path directory;

    private Path samples;
    private Path passphrase;

    @BeforeEach
    void copySamples() throws IOException {
        assumeThat(Tools.names()).contains(TOOL);
        samples = Files.createDirectory(directory.resolve("samples"));
        Fixtures.extract("backups", samples);
        passphrase = directory.resolve("passphrase");
    }

    /** Each text: a sample, then the script and its options. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "v2-noheader make-v2.sh -c 40960",
                "v2-encrypted make-v2.sh -e -w vm1 -c 40960",
                "v2-encrypted make-v2.sh -z -w vm1 -c 20480",
                "v3-plain make-v3.sh -c 40960",
                "v3-plain make-v3.sh -z -c 5000",
                "v3-plain make-v3.sh",
                "v3-encrypted-gzip make-v3.sh -e -z -w vm1 -c 40960",
                "v3-encrypted-gzip make-v3.sh -e -w vm1 -c 1111",
                "v2-encrypted make-v3.sh -e -z -w vm1",
                "v4-gzip make-v4.sh -c 20480",
                "v4-from-r3 make-v4.sh -n 10",
            })
    void whatOtherProgramsArchiveIsRead(String text) throws IOException {
        List<String> words = List.of(text.split(" ", -1));
        assumeThat(!words.get(1).equals("make-v4.sh") || isInstalled("scrypt")).isTrue();
        BackupFixture sample = new BackupFixture(samples.resolve(words.get(0) + ".json"));
        Files.writeString(passphrase, sample.passphrase() + "\n");
        Path tree = extract(samples.resolve(sample.name() + ".backup"), "tree");
        Path made = directory.resolve("made.backup");

        make(words.subList(1, words.size()), tree, made);

        Path again = extract(made, "again");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Report report = new Report(new PrintStream(out, true, StandardCharsets.UTF_8), "not possible here");
        new TreeComparer(again, directory).run(text, sample.contents(), report);
        assertThat(report.failed()).as(out.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(run("verify", made).code()).isZero();
    }

    private static boolean isInstalled(String program) {
        try {
            return Subprocess.of(program, "--version").run().status() == 0;
        } catch (QubesException e) {
            return false;
        }
    }

    private void make(List<String> scriptAndOptions, Path tree, Path made) {
        List<String> command = new ArrayList<>(scriptAndOptions);
        command.set(0, samples.resolve(scriptAndOptions.get(0)).toString());
        command.add(0, "sh");
        command.addAll(List.of(tree.toString(), made.toString(), passphrase.toString()));
        Subprocess.of(command).run().requireSuccess();
    }

    private Path extract(Path archive, String name) throws IOException {
        Path target = Files.createDirectory(directory.resolve(name));
        ToolRunner.Outcome outcome = run("extract", archive, target.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return target;
    }

    private ToolRunner.Outcome run(String command, Path archive, String... operands) {
        List<String> words = new ArrayList<>(List.of(TOOL, command, "-p", passphrase.toString(), archive.toString()));
        words.addAll(List.of(operands));
        return new ToolRunner().environment("QUBES_ROOT", directory.toString()).runWords(words);
    }
}
