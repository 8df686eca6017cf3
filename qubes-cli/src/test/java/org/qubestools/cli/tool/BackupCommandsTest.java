package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ServiceHost;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.fixtures.Fixtures;

/** Backups that a command of the user's takes or gives, and those on standard input. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BackupCommandsTest {
    private static final String SAMPLE = "v3-plain";
    private static final int ALMOST_ALL = 60_000;

    @TempDir
    private Path directory;

    private final ServiceHost host = new ServiceHost();
    private RestoreTree target;
    private StoreTree source;
    private Path sample;
    private String passphrase;

    @BeforeEach
    void makeTrees() throws IOException {
        source = StoreTree.small(directory.resolve("source"));
        source.write("/var/lib/qubes/appvms/work/private.img", "the data of work");
        target = new RestoreTree(Files.createDirectory(directory.resolve("target")));
        target.tree.on(host);
        sample = target.sample(SAMPLE);
        passphrase = directory.resolve("target/passphrase").toString();
    }

    private Outcome backup(String command) {
        return source.run(
                List.of("qvm-backup", "-q", "-p", passphrase, "--scrypt-cost", "10", "--to-command", command, "work"));
    }

    private Outcome restore(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "qvm-backup-restore", "-p", passphrase, "--skip-dom0-home", "--ignore-missing", "--from-command"));
        words.add(command);
        words.addAll(List.of(more));
        return target.tree.run(words);
    }

    private Outcome read(String subcommand, String command, String... more) {
        List<String> words =
                new ArrayList<>(List.of("qubes-backup", "-p", passphrase, "--from-command", command, subcommand));
        words.addAll(List.of(more));
        return new ToolRunner(host).runWords(words);
    }

    private Path out() {
        return directory.resolve("out");
    }

    private List<String> extracted() throws IOException {
        try (Stream<Path> all = Files.walk(out())) {
            return all.filter(Files::isRegularFile)
                    .map(file -> out().relativize(file).toString())
                    .toList();
        }
    }

    @Test
    void aCommandTakesTheBackup() {
        Path file = directory.resolve("a file");

        Outcome made = backup("cat > '" + file + "'; echo noise");
        Outcome verified = read("verify", "cat '" + file + "'");

        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.out()).doesNotContain("noise");
        assertThat(verified).isEqualTo(new Outcome(0, "work: verified\n", ""));
    }

    @Test
    void aCommandThatFailsAfterAllFailsTheBackup() {
        String before = source.store();

        Outcome outcome = backup("cat > /dev/null; echo no tape >&2; exit 7");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("failed with status 7 after it had the whole backup: no tape");
        assertThat(source.store()).isEqualTo(before);
    }

    @Test
    void aCommandThatDiesInTheMiddleFailsTheBackup() {
        source.write("/var/lib/qubes/appvms/work/private.img", noise(1 << 20));

        Outcome outcome = backup("head -c 1000 > /dev/null; echo torn >&2; exit 9");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("ended with status 9 before it had the whole backup: torn");
    }

    private static String noise(int size) {
        StringBuilder text = new StringBuilder();
        new java.util.Random(1).ints(size, ' ', '~').forEach(c -> text.append((char) c));
        return text.toString();
    }

    @Test
    void aCommandThatCannotBeFoundFailsTheBackup() {
        Outcome outcome = backup("no-such-program-here");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("status 127", "not found");
    }

    @Test
    void aCommandGivesTheBackup() {
        Outcome outcome = restore("cat " + sample);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(target.vms()).containsExactlyInAnyOrder("fedora-23", "work", "personal");
    }

    @Test
    void aCommandThatFailsAfterAllDataIsToldAndTheDataAreGood() throws IOException {
        String command = "cat " + sample + "; echo worn >&2; exit 4";

        Outcome restored = restore(command);
        Outcome verified = read("verify", command);
        Outcome extracted = read("extract", command, out().toString());

        assertThat(List.of(restored.code(), verified.code(), extracted.code())).containsOnly(3);
        assertThat(List.of(restored.err(), verified.err(), extracted.err()))
                .allMatch(err -> err.contains("failed with status 4: worn"));
        assertThat(target.vms()).hasSize(3);
        assertThat(extracted()).contains("appvms/work/private.img");
    }

    @Test
    void aCommandThatDiesInTheMiddleLeavesWhatWasWhole() throws IOException {
        String command = "head -c " + ALMOST_ALL + " " + sample + "; echo torn >&2; kill -9 $$";

        Outcome restored = restore(command);
        Outcome verified = read("verify", command);
        Outcome extracted = read("extract", command, out().toString());

        assertThat(List.of(restored.code(), verified.code(), extracted.code()))
                .allMatch(code -> code == 3 || code == 13);
        assertThat(List.of(restored.err(), verified.err(), extracted.err()))
                .allMatch(err -> err.contains("failed with status 137: torn"));
        assertThat(target.vms()).doesNotContain("fedora-23");
        assertThat(extracted()).doesNotContain("vm-templates/fedora-23/root.img");
    }

    @Test
    void aCommandThatGivesNothingIsNoBackup() {
        Outcome restored = restore("echo gone >&2; exit 2");
        Outcome listed = read("list", "echo gone >&2; exit 2");

        assertThat(restored.code()).isEqualTo(13);
        assertThat(listed.code()).isEqualTo(13);
        assertThat(restored.err()).contains("status 2: gone");
        assertThat(listed.err()).contains("status 2: gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "list", "verify"})
    void standardInputIsRead(String command) throws IOException {
        ToolRunner runner = new ToolRunner().input(Fixtures.bytes("backups/" + SAMPLE + ".backup"));

        Outcome outcome = runner.runWords(List.of("qubes-backup", "-p", passphrase, command, "-"));

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).isNotEmpty();
    }

    @Test
    void aFileOfABackupOnStandardInputIsPrintedAndExtracted() throws IOException {
        byte[] bytes = Fixtures.bytes("backups/" + SAMPLE + ".backup");
        ToolRunner runner = new ToolRunner().input(bytes);

        Outcome extracted =
                runner.runWords(List.of("qubes-backup", "-p", passphrase, "extract", "-", out().toString(), "work"));
        Outcome cat =
                runner.runWords(List.of("qubes-backup", "-p", passphrase, "cat", "-", "appvms/work/firewall.xml"));

        assertThat(extracted.code()).as(extracted.err()).isZero();
        assertThat(cat.code()).as(cat.err()).isZero();
        assertThat(out().resolve("appvms/work/firewall.xml")).hasContent(cat.out());
    }

    @Test
    void aStalledCommandIsKilledWhenTheUserCancelsARestore() throws Exception {
        List<String> before = target.tree.files();
        Thread user = host.interruptSoon();

        Outcome outcome = restore("head -c " + ALMOST_ALL + " " + sample + "; sleep 1000");

        user.join();
        assertThat(outcome.code()).isEqualTo(130);
        assertThat(outcome.err()).contains("cancelled; 0 of 3 were restored, of the others nothing was kept");
        assertThat(target.tree.files()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "list"})
    void aStalledCommandIsKilledWhenTheUserCancels(String subcommand) throws Exception {
        Thread user = host.interruptSoon();

        Outcome outcome =
                read(subcommand, "head -c " + ALMOST_ALL + " " + sample + "; sleep 1000", "work", "fedora-23");

        user.join();
        assertThat(outcome.code()).isEqualTo(130);
        assertThat(outcome.err()).isEqualTo("qubes-backup: interrupted\n");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aCancelledExtractionLeavesNoPartOfAFile() throws Exception {
        Thread user = host.interruptSoon();

        Outcome outcome = read("extract", "head -c " + ALMOST_ALL + " " + sample + "; sleep 1000", out().toString());

        user.join();
        assertThat(outcome.code()).isEqualTo(130);
        for (String file : extracted()) {
            assertThat(file).doesNotStartWith("vm-templates/");
        }
        assertThat(extracted()).contains("qubes.xml");
    }
}
