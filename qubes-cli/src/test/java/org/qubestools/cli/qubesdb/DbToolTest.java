package org.qubestools.cli.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.UntrustedValue;
import org.qubestools.qubesdb.WatchStream;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** The commands by their command lines, with a daemon of ours that is the local one and serves the domain dom0. */
final class DbToolTest {
    @TempDir
    private Path folder;

    private QubesDbDaemon daemon;
    private QubesDbClient client;

    @BeforeEach
    void serve() throws IOException, InterruptedException {
        daemon = QubesDbDaemon.start(folder, "dom0", DaemonOptions.DEFAULT.asLocal());
        client = QubesDbClient.local(QubesDbOptions.of(new QubesDbSockets(folder)));
        write("/a", "1");
        write("/d/x", "2");
        write("/d/y", "3");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        daemon.close();
    }

    @Test
    void theFolderIsFoundAsByTheToolsForVms(@TempDir Path root) throws Exception {
        Path usual = Files.createDirectories(root.resolve("var/run/qubes"));
        Path conf = Files.createDirectories(root.resolve("etc/qubes")).resolve("qvm.conf");
        ToolRunner below = new ToolRunner().environment("QUBES_ROOT", root.toString());
        try (QubesDbDaemon other = QubesDbDaemon.start(usual, "work", DaemonOptions.DEFAULT)) {
            assertThat(other.awaitServing(Duration.ofSeconds(60))).isTrue();

            assertThat(below.run("qubesdb-write -d work /a b").code()).isZero();
            assertThat(below.run("qubesdb-read -d work /a").out()).isEqualTo("b\n");
            Files.writeString(conf, "QUBES_RUN_DIR=" + folder + "\n");
            assertThat(below.run("qubesdb-read -d dom0 /a").out()).isEqualTo("1\n");
            assertThat(below.environment("QUBES_RUN_DIR", usual.toString())
                            .run("qubesdb-read -d work /a")
                            .out())
                    .isEqualTo("b\n");
        }
    }

    private void write(String key, String value) throws QubesDbException, InterruptedException {
        client.write(new QubesDbPath(key), value.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String stored(String key) throws QubesDbException, InterruptedException {
        return client.read(new QubesDbPath(key))
                .map(UntrustedValue::untrustedBytes)
                .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
                .orElse("(missing)");
    }

    private ToolRunner runner() {
        return new ToolRunner().environment("QUBES_RUN_DIR", folder.toString());
    }

    private Outcome run(String... words) {
        return runner().runWords(List.of(words));
    }

    private static Outcome good(String out) {
        return new Outcome(0, out, "");
    }

    // ---- read

    @Test
    void valuesArePrintedOnALineEach() {
        assertThat(run("qubesdb-read", "/a", "/d/x")).isEqualTo(good("1\n2\n"));
    }

    @Test
    void theDomainCanBeNamed() {
        assertThat(run("qubesdb-read", "-d", "dom0", "/a")).isEqualTo(good("1\n"));
        assertThat(run("qubesdb-read", "-ddom0", "/a")).isEqualTo(good("1\n"));
    }

    @Test
    void optionsMayStandBehindThePaths() {
        assertThat(run("qubesdb-read", "/a", "-f", "/d/x")).isEqualTo(good("/a = 1\n/d/x = 2\n"));
    }

    @Test
    void afterTwoDashesEverythingIsAnArgument() {
        assertThat(run("qubesdb-write", "--", "/k", "-5").code()).isZero();
        assertThat(run("qubesdb-read", "/k")).isEqualTo(good("-5\n"));
    }

    @Test
    void aWordWithADashIsAnOption() {
        Outcome outcome = run("qubesdb-write", "/k", "-5");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("qubesdb-write: unknown option '-5'");
    }

    @Test
    void unsafeBytesAreEscapedUnlessRaw() throws Exception {
        write("/b", "\u0001\n\u007f\\\u0080\u00ff~");

        assertThat(run("qubesdb-read", "/b")).isEqualTo(good("\\x01\\x0a\u007f\\\\x80\\xff~\n"));
        ToolRunner raw = runner();
        assertThat(raw.runWords(List.of("qubesdb-read", "-r", "/b")).code()).isZero();
        assertThat(raw.output()).containsExactly(1, 10, 127, '\\', 0x80, 0xff, '~', 10);
    }

    @Test
    void aMissingKeyIsNamedAndIsTwo() {
        assertThat(run("qubesdb-read", "/no", "/a"))
                .isEqualTo(new Outcome(2, "1\n", "qubesdb-read: /no: no such key\n"));
    }

    @Test
    void aMissingKeyIsOneAsOfRelease3() {
        assertThat(run("qubesdb-read", "--compat=3", "/no").code()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"/no,/a b", "/a b,/no", "/no,relative", "relative,/no"})
    void anotherFailureBesideAMissingKeyIsOneInEitherOrder(String first, String second) {
        Outcome outcome = run("qubesdb-read", first, second);

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err().lines()).hasSize(2);
    }

    @Test
    void aDirectoryIsAMissingKey() {
        assertThat(run("qubesdb-read", "/d/").code()).isEqualTo(2);
    }

    @Test
    void quietSaysNothingOfPathsAndConnections() {
        assertThat(run("qubesdb-read", "-q", "/no")).isEqualTo(new Outcome(2, "", ""));
        assertThat(run("qubesdb-read", "-q", "relative")).isEqualTo(new Outcome(1, "", ""));
        assertThat(run("qubesdb-read", "-q", "-d", "nobody", "/a")).isEqualTo(new Outcome(1, "", ""));
    }

    @Test
    void quietStillSaysWhatIsWrongUse() {
        assertThat(run("qubesdb-list", "-q", "/a", "/b").err()).startsWith("qubesdb-list: one path expected");
    }

    @Test
    void theDefaultIsPrintedAsAValue() {
        assertThat(run("qubesdb-read", "-e", "\u0001", "-f", "/no")).isEqualTo(good("/no = \\x01\n"));
        assertThat(run("qubesdb-read", "--default=v", "/no")).isEqualTo(good("v\n"));
        assertThat(run("qubesdb-read", "--default", "v", "/a")).isEqualTo(good("1\n"));
        assertThat(run("qubesdb-read", "--def", "", "/no")).isEqualTo(good("\n"));
    }

    @Test
    void aRefusedPathHasNoDefault() {
        assertThat(run("qubesdb-read", "-e", "v", "/a b").code()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qubesdb-read -e v", "qubesdb-read -e v /a /b", "qubesdb-cmd -c rm -e v /a"})
    void theDefaultIsForReadingOnePath(String commandLine) throws Exception {
        Outcome outcome = runner().run(commandLine);

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("option '--default'");
        assertThat(stored("/a")).isEqualTo("1");
    }

    @Test
    void whatWasReadCanBeRemoved() throws Exception {
        assertThat(run("qubesdb-read", "-x", "/a", "/d/x")).isEqualTo(good("1\n2\n"));
        assertThat(stored("/a")).isEqualTo("(missing)");
        assertThat(stored("/d/x")).isEqualTo("(missing)");
    }

    @Test
    void waitingEndsAtOnceForAKeyThatIsThere() {
        assertThat(run("qubesdb-read", "-w", "/a")).isEqualTo(good("1\n"));
    }

    @Test
    void waitingFailsAtARefusedPath() {
        assertThat(run("qubesdb-read", "-w", "/a b").code()).isEqualTo(1);
        assertThat(run("qubesdb-read", "-w", "relative").code()).isEqualTo(1);
    }

    // ---- write, rm

    @Test
    void pairsAreWritten() throws Exception {
        assertThat(run("qubesdb-write", "/n/1", "", "/n/2", "\u017c \udcff")).isEqualTo(good(""));
        assertThat(stored("/n/1")).isEmpty();
        assertThat(stored("/n/2")).isEqualTo("\u00c5\u00bc \u00ff");
    }

    @Test
    void anOddCountWritesNothing() throws Exception {
        Outcome outcome = run("qubesdb-write", "/n/1", "1", "/n/2");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("qubesdb-write: each path needs a value");
        assertThat(stored("/n/1")).isEqualTo("(missing)");
    }

    /** The daemon hangs up on a client that writes to a directory. */
    @Test
    void writingGoesOnBehindAPairThatMadeTheDaemonHangUp() throws Exception {
        Outcome outcome = run("qubesdb-write", "/dir/", "1", "/n/2", "2", "/dir/", "1", "/n/3", "3");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("/dir/"));
        assertThat(stored("/n/2")).isEqualTo("2");
        assertThat(stored("/n/3")).isEqualTo("3");
    }

    @Test
    void aValueThatIsTooLongIsRefusedAndTheNextWritten() throws Exception {
        for (int length : new int[] {3072, 3073}) {
            Outcome outcome = run("qubesdb-write", "/long", "x".repeat(length), "/n/" + length, "1");

            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err()).contains("/long");
            assertThat(stored("/n/" + length)).isEqualTo("1");
        }
        assertThat(run("qubesdb-write", "/long", "x".repeat(3071)).code()).isZero();
    }

    @Test
    void aPathHasSixtyThreeBytes() {
        assertThat(run("qubesdb-write", "/" + "p".repeat(62), "1")).isEqualTo(good(""));
        assertThat(run("qubesdb-write", "/" + "p".repeat(63), "1").err()).contains("at most 63 bytes, this one 64");
        assertThat(run("qubesdb-write", "/" + "\u017c".repeat(32), "1").err()).contains("this one 65");
    }

    @Test
    void removingAMissingKeyIsNoFailure() throws Exception {
        assertThat(run("qubesdb-rm", "/no", "/d/", "/a b")).satisfies(outcome -> {
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err().lines()).hasSize(1);
        });
        assertThat(run("qubesdb-rm", "/no", "/a")).isEqualTo(good(""));
        assertThat(stored("/d/x")).isEqualTo("(missing)");
        assertThat(stored("/a")).isEqualTo("(missing)");
    }

    // ---- list, multiread

    @ParameterizedTest
    @CsvSource({"qubesdb-rm /,0", "qubesdb-read -q -x /,2"})
    void everythingIsRemovedKeyByKey(String commandLine, int code) throws Exception {
        Outcome wanted = new Outcome(code, "", "");
        try (WatchStream changes = client.watch(List.of(new QubesDbPath("/")))) {
            assertThat(runner().run(commandLine)).isEqualTo(wanted);
            assertThat(run("qubesdb-list", "/")).isEqualTo(good(""));
            assertThat(changes.next()).contains(new WatchStream.Changed(new QubesDbPath("/a")));
            assertThat(changes.next()).contains(new WatchStream.Changed(new QubesDbPath("/d/x")));
            assertThat(changes.next()).contains(new WatchStream.Changed(new QubesDbPath("/d/y")));
        }
        assertThat(runner().run(commandLine)).isEqualTo(wanted);
    }

    @Test
    void nameOfAnotherOnesSocketForReadingOnlyIsNoDomain() {
        assertThat(run("qubesdb-read", "-d", "dom0.ro", "/a"))
                .isEqualTo(new Outcome(
                        1,
                        "",
                        "qubesdb-read: option '-d': 'dom0.ro' cannot have a database: its socket would be another one's"
                                + " for reading only, see 'qubesdb-read --help'\n"));
    }

    @Test
    void keysAreListedBehindThePath() {
        assertThat(run("qubesdb-list", "/d/")).isEqualTo(good("x\ny\n"));
        assertThat(run("qubesdb-list", "/d")).isEqualTo(good("/x\n/y\n"));
        assertThat(run("qubesdb-list", "-f", "/d/")).isEqualTo(good("/d/x\n/d/y\n"));
        assertThat(run("qubesdb-list", "/none")).isEqualTo(good(""));
    }

    @Test
    void severalPathsAreReadAtOnce() {
        assertThat(run("qubesdb-multiread", "/d/", "/a b", "/a")).satisfies(outcome -> {
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.out()).isEqualTo("x = 2\ny = 3\n = 1\n");
            assertThat(outcome.err()).contains("/a b").hasLineCount(1);
        });
        assertThat(run("qubesdb-multiread", "-f", "/d/")).isEqualTo(good("/d/x = 2\n/d/y = 3\n"));
    }

    // ---- watch

    @ParameterizedTest
    @ValueSource(strings = {"0", "abc", "", " +0x"})
    void noEventIsWaitedForIfNoneIsWanted(String count) {
        assertThat(run("qubesdb-watch", "-n", count, "/a")).isEqualTo(good(""));
    }

    @Test
    void aPathThatCannotBeWatchedEndsTheWatch() {
        for (String path : List.of("/a b", "relative", "/" + "p".repeat(63))) {
            Outcome outcome = run("qubesdb-watch", "-n", "-1", "/a", path, "/d/");

            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err()).contains(path).hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a b", "relative"})
    void theFirstPathMayBeTheOneThatCannotBeWatched(String path) {
        for (Outcome outcome : List.of(run("qubesdb-watch", path), run("qubesdb-watch", path, "/a"))) {
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err())
                    .startsWith("qubesdb-watch: ")
                    .contains(path)
                    .hasLineCount(1);
        }
    }

    // ---- use

    @ParameterizedTest
    @ValueSource(strings = {"read", "write", "rm", "multiread", "watch"})
    void noPathIsNoFailure(String command) {
        assertThat(run("qubesdb-" + command, "-d", "dom0")).isEqualTo(good(""));
        assertThat(run("qubesdb-" + command, "-d", "nobody").code()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qubesdb-read -n 3 /a",
                "qubesdb-cmd -c read -n 3 /a",
                "qubesdb-read -z /a",
                "qubesdb-read -c read /a",
                "qubesdb-cmd -d dom0 -c read /a",
                "qubesdb-cmd /a -c read",
                "qubesdb-cmd -c",
                "qubesdb-read -d",
                "qubesdb-read -d a/b /a",
                "qubesdb-list -d dom0",
                "qubesdb-list /a /b"
            })
    void wrongUseIsOne(String commandLine) {
        Outcome outcome = runner().run(commandLine);

        assertThat(outcome.code()).as(commandLine).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"qubesdb-read", "qubesdb-cmd", "qubesdb-cmd -d dom0", "qubesdb-write -h", "qubesdb-rm /a -h -z"})
    void usageIsOnStandardErrorAndNoFailure(String commandLine) throws Exception {
        Outcome outcome = runner().run(commandLine);

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("Usage: qubesdb-");
        assertThat(stored("/a")).isEqualTo("1");
    }

    @Test
    void anUnknownCommandIsAFailure() {
        Outcome outcome = run("qubesdb-cmd", "-c", "frobnicate", "/a");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("Usage: qubesdb-cmd");
    }

    @Test
    void anyCommandCanBeNamed() {
        assertThat(run("qubesdb-cmd", "-c", "read", "/a")).isEqualTo(good("1\n"));
        assertThat(run("qubesdb-cmd", "-cmultiread", "-f", "/d/x")).isEqualTo(good("/d/x = 2\n"));
        assertThat(run("qubesdb-cmd", "-c", "watch", "-n0", "/a")).isEqualTo(good(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"write -frwx /k v", "rm -frwx /k", "list -rwx /none", "multiread -wx /none", "watch -frwx -n0 /k"
            })
    void optionsWithoutMeaningAreTaken(String commandLine) {
        assertThat(runner().run("qubesdb-" + commandLine)).isEqualTo(good(""));
    }

    @Test
    void noDaemonIsNamedWithItsSocket() {
        Outcome outcome = run("qubesdb-read", "-d", "nobody", "/a");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains(folder + "/qubesdb.nobody.sock", "No such file")
                .hasLineCount(1);
    }

    // ---- JSON

    @Test
    void jsonIsOneObjectALine() throws Exception {
        write("/b", "\u00ff");

        assertThat(run("qubesdb-read", "--json", "/a", "/b").out()).isEqualTo("""
                {"type":"qubesdb-value","path":"/a","value":"1","base64":"MQ=="}
                {"type":"qubesdb-value","path":"/b","value":null,"base64":"/w=="}
                """);
    }

    @Test
    void jsonHasTheWholePath() {
        assertThat(run("qubesdb-list", "--json", "/d/").out()).isEqualTo("""
                {"type":"qubesdb-key","path":"/d/x"}
                {"type":"qubesdb-key","path":"/d/y"}
                """);
    }

    @Test
    void theHelpPromisesNothingThatAToolDoesNotDo() {
        assertThat(run("qubesdb-read", "--help").out())
                .contains("-d  NAME ", "--default VALUE ", "wait for a key that is missing", "shown as \\xhh")
                .doesNotContain("without effect");
        assertThat(run("qubesdb-rm", "--help").out())
                .contains("without effect here")
                .doesNotContain("wait for a key", "remove the key after", "shown as");
    }

    @Test
    void jsonNamesWhatFails() {
        assertThat(run("qubesdb-read", "--json", "/no").err())
                .isEqualTo("{\"type\":\"error\",\"kind\":\"no-such-key\",\"message\":\"/no: no such"
                        + " key\",\"hint\":null,\"exit\":2}\n");
        assertThat(run("qubesdb-rm", "--json", "/a b").err()).contains("\"kind\":\"refused\"");
        assertThat(run("qubesdb-rm", "--json", "-z").err()).contains("\"kind\":\"usage\"", "\"exit\":1");
    }
}
