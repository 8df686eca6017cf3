package org.qubestools.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.fixtures.Fixtures;

/** The runner finds what differs, whatever kind of case it is in: small directories with one wrong expectation each. */
final class RunnerTest {
    private static final String SET_MEMORY =
            "'id': 't', 'cmd': ['qvm-prefs', '--force-root', '-s', 'work', 'memory', '777']";
    private static final String CHANGE = "'store_changes': {'QubesAppVm qid=4': {'memory': ['400', '777']}}";

    @TempDir
    private Path directory;

    @BeforeEach
    void copyOneStore() throws IOException {
        Files.createDirectories(directory.resolve("stores"));
        Files.write(directory.resolve("stores/s.xml"), Fixtures.bytes("qubes-xml/stores/r3.2-small.xml"));
    }

    /** Writes a file of the set; quotes are single ones here. */
    private void file(String name, String json) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json.replace('\'', '"'));
    }

    private void outputs(String cases) throws IOException {
        file("cli/output-x.json", "{'store': 's.xml', 'running_state': null, 'host': {}, 'commands': [" + cases + "]}");
    }

    private void transactions(String cases) throws IOException {
        file("cli/transactions-x.json", "{'store': 's.xml', 'host': {}, 'transactions': [" + cases + "]}");
    }

    private List<String> run() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Conformance.run(Conformance.STORES, directory, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aRightTransactionPasses() throws IOException {
        transactions("{" + SET_MEMORY + ", 'rc': 0, " + CHANGE + "}");

        assertThat(run()).containsExactly("1 passed, 0 failed, 0 skipped");
    }

    @Test
    void aChangeThatWasNotExpectedIsNamed() throws IOException {
        transactions("{" + SET_MEMORY + ", 'rc': 0}");

        assertThat(run())
                .containsExactly(
                        "FAILED transactions-x t: qvm-prefs --force-root -s work memory 777: "
                                + "QubesAppVm qid=4 memory is 777, not 400",
                        "0 passed, 1 failed, 0 skipped");
    }

    @Test
    void whatIsWantedGoesBeforeWhatWasRecorded() throws IOException {
        transactions("{" + SET_MEMORY + ", 'rc': 1, 'want': {'rc': 0, " + CHANGE + "}}");

        assertThat(run()).containsExactly("1 passed, 0 failed, 0 skipped");
    }

    @Test
    void aFileThatDidNotAppearIsNamed() throws IOException {
        transactions("{" + SET_MEMORY + ", 'rc': 0, " + CHANGE
                + ", 'file_changes': {'/var/lib/qubes/appvms/x': ['None', 'dir']}}");

        assertThat(run().get(0)).endsWith("/var/lib/qubes/appvms/x is null, not dir");
    }

    @Test
    void aFileThatAppearedUnexpectedlyIsNamed() throws IOException {
        transactions("{'id': 't', 'cmd': ['qvm-create', '--force-root', '-l', 'red', 'new'], 'rc': 0}");

        assertThat(run().get(0)).contains("/var/lib/qubes/appvms/new is dir, not null", "should not be there");
    }

    @Test
    void callsOfTheVmmAreComparedWhereRecorded() throws IOException {
        transactions("{" + SET_MEMORY + ", 'rc': 0, 'libvirt_calls': ['destroy work'], " + CHANGE + "}");

        assertThat(run().get(0)).endsWith("asked the VMM for [], not for [destroy work]");
    }

    @Test
    void aCaseMayHaveAStoreOfItsOwn() throws IOException {
        Files.write(directory.resolve("stores/other.xml"), Fixtures.bytes("qubes-xml/stores/initial-empty.xml"));
        transactions("{" + SET_MEMORY + ", 'store': 'other.xml', 'rc': 1}");

        assertThat(run()).containsExactly("1 passed, 0 failed, 0 skipped");
    }

    @Test
    void preparationsReachTheTreeOnly() throws IOException {
        transactions("{" + SET_MEMORY + ", 'prepare': ['rm -r /var/lib/qubes/appvms/work && test -d /etc/qubes'], "
                + "'rc': 0, " + CHANGE + "}");
        file("stores/storage.conf", "[default]\n");

        assertThat(run()).containsExactly("1 passed, 0 failed, 0 skipped");
    }

    @Test
    void aWrongCodeAndAWrongLineAreNamed() throws IOException {
        outputs("{'cmd': ['qvm-check', 'work'], 'rc': 1, 'stdout': 'no'}");

        assertThat(run().get(0)).startsWith("FAILED output-x: qvm-check work: left with 0, not 1 (");
    }

    @Test
    void aMessageThatIsNotWantedIsNamed() throws IOException {
        outputs("{'cmd': ['qvm-prefs', 'nobody'], 'rc': 1, 'stdout': '', 'want': {'stderr': false}}");

        assertThat(run().get(0)).contains("said <").contains("nobody");
    }

    @Test
    void toolsOfALaterStepAreSkippedByName() throws IOException {
        outputs("{'cmd': ['qvm-nonesuch'], 'rc': 0, 'stdout': ''}");

        assertThat(run())
                .containsExactly("skipped, tools of a later step: qvm-nonesuch (1)", "0 passed, 0 failed, 1 skipped");
    }

    @Test
    void aVerdictThatDoesNotHoldIsNamed() throws IOException {
        Files.createDirectories(directory.resolve("broken"));
        Files.copy(directory.resolve("stores/s.xml"), directory.resolve("broken/a.xml"));
        Files.writeString(directory.resolve("broken/b.xml"), "<a>");
        file(
                "broken/expected.json",
                "{'a.xml': {'want': 'refuse the file', 'code': 'doctype'},"
                        + " 'b.xml': {'want': 'ok'}, 'c.xml': {'want': 'either'}}");

        List<String> lines = run();

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).isEqualTo("FAILED broken/a.xml: not refused");
        assertThat(lines.get(1)).startsWith("FAILED broken/b.xml: refused: ");
        assertThat(lines.get(2)).startsWith("FAILED broken/c.xml: broke off with java.nio.file.NoSuchFileException");
        assertThat(lines.get(3)).isEqualTo("0 passed, 3 failed, 0 skipped");
    }

    @Test
    void aProblemThatIsNotReportedIsNamed() throws IOException {
        Files.createDirectories(directory.resolve("broken"));
        Files.copy(directory.resolve("stores/s.xml"), directory.resolve("broken/a.xml"));
        file("broken/expected.json", "{'a.xml': {'want': 'ok with problems', 'code': 'bad-mac', 'about': ['work']}}");

        assertThat(run().get(0)).contains("no problem bad-mac among []", "bad-mac is not reported about work");
    }

    @Test
    void aRecordingThatCannotBeReadLetsTheOthersRun() throws IOException {
        transactions("{" + SET_MEMORY + ", 'rc': 0, " + CHANGE + "}");
        file("cli/output-a.json", "{'store': 'missing.xml', 'host': {}, 'commands': []}");
        file("expected/missing.json", "{'vms': []}");

        List<String> lines = run();

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("FAILED expected/missing: cannot be run");
        assertThat(lines.get(1)).startsWith("FAILED output-a: cannot be run");
        assertThat(lines.get(2)).isEqualTo("1 passed, 2 failed, 0 skipped");
    }
}
