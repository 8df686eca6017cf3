package org.qubestools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

final class QvmMainTest {
    private final ToolRunner runner = new ToolRunner();

    @Test
    void resultsGoToStandardOutput() {
        Outcome outcome = runner.run(new ExampleTool(), "-n", "2", "a");

        assertThat(outcome).isEqualTo(new Outcome(0, "a\na\n", ""));
    }

    @Test
    void anUnknownToolIsAUsageError() {
        Outcome outcome = runner.run("qvm-\u001bx --help");

        assertThat(outcome)
                .isEqualTo(new Outcome(2, "", "qubes-tools: no such tool 'qvm-\\x1bx', see 'qubes-tools --help'\n"));
    }

    @Test
    void theHelpOfAllToolsNamesEachWithItsPurpose() {
        Outcome outcome = runner.run("--help");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).startsWith("Usage: qubes-tools TOOL [ARGUMENT ...]\n");
        for (String name : Tools.names()) {
            String purpose = Tools.named(name).orElseThrow().spec().purpose();
            assertThat(outcome.out())
                    .containsPattern("(?m)^  " + name + " +" + java.util.regex.Pattern.quote(purpose) + "$");
        }
        assertThat(runner.run("--list-tools").out().lines()).containsExactlyElementsOf(Tools.names());
    }

    @Test
    void anUnknownOptionNamesTheHelp() {
        Outcome outcome = runner.run(new ExampleTool(), "--bogus", "a");

        assertThat(outcome)
                .isEqualTo(new Outcome(2, "", "qvm-example: unknown option '--bogus', see 'qvm-example --help'\n"));
    }

    @Test
    void usageIsCheckedBeforeRoot() {
        ToolRunner root = new ToolRunner(new FakeHost(0, false));

        assertThat(root.run(new ExampleTool()).code()).isEqualTo(2);
    }

    @Test
    void rootIsRefusedInOneLine() {
        ToolRunner root = new ToolRunner(new FakeHost(0, false));

        Outcome outcome = root.run(new ExampleTool(), "a");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("qvm-example: refused to run as root")
                .hasLineCount(1);
    }

    @Test
    void rootMayForceIt() {
        ToolRunner root = new ToolRunner(new FakeHost(0, false));

        assertThat(root.run(new ExampleTool(), "--force", "a").code()).isZero();
    }

    @Test
    void theVersionIsThatOfTheBuild() {
        Outcome outcome = runner.run(new ExampleTool(), "--version");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).matches("qvm-example \\(qubes-tools\\) [0-9.]+\\S*\n");
    }

    @Test
    void helpGoesToStandardOutput() {
        Outcome outcome = runner.run(new ExampleTool(), "-h", "too", "many", "words", "here");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).startsWith("Usage: qvm-example [options] WORD ...\n");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void helpHasColoursOnlyOnATerminal() {
        ToolRunner terminal = new ToolRunner(new FakeHost(FakeHost.ORDINARY_USER, true));

        assertThat(terminal.run(new ExampleTool(), "--help").out()).contains("\u001b[");
        assertThat(terminal.environment("NO_COLOR", "1")
                        .run(new ExampleTool(), "--help")
                        .out())
                .doesNotContain("\u001b");
        assertThat(runner.run(new ExampleTool(), "--help").out()).doesNotContain("\u001b");
    }

    @Test
    void anExpectedErrorIsMessageAndHint() {
        Outcome outcome = failing(new QubesException(ErrorKind.STORE_LOCKED, "/s: locked", "try later"));

        assertThat(outcome).isEqualTo(new Outcome(11, "", "qvm-example: /s: locked; try later\n"));
    }

    @Test
    void anErrorStaysOneLineWhateverItsText() {
        Outcome outcome = failing(new QubesException(ErrorKind.FAILED, "a\nb\u001b[31m"));

        assertThat(outcome.err()).isEqualTo("qvm-example: a\\x0ab\\x1b[31m\n");
    }

    @Test
    void aFileErrorNamesPathAndReason() {
        assertThat(failing(new FileSystemException("/s", null, "No space left on device"))
                        .err())
                .isEqualTo("qvm-example: /s: No space left on device; make room there\n");
        assertThat(failing(new UncheckedIOException(new NoSuchFileException("/s"))))
                .isEqualTo(new Outcome(1, "", "qvm-example: /s: no such file or directory\n"));
        assertThat(failing(new IOException("pipe broke")).err()).isEqualTo("qvm-example: pipe broke\n");
    }

    @Test
    void aBugIsOneLineWithoutATrace() {
        Outcome outcome = failing(new IllegalStateException("oops"));

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        1,
                        "",
                        "qvm-example: internal error: IllegalStateException: oops;"
                                + " run again with --verbose for details\n"));
    }

    @Test
    void aMissingClassIsABugToo() {
        assertThat(failing(new NoClassDefFoundError("org/libvirt/Connect")).code())
                .isEqualTo(1);
    }

    @Test
    void aBugHasATraceWithVerbose() {
        Outcome outcome = runner.run(failingTool(new IllegalStateException("oops")), "--verbose", "a");

        assertThat(outcome.err()).contains("    at org.qubestools.cli.QvmMainTest.");
    }

    @Test
    void withJsonAnErrorIsOneObject() {
        Outcome outcome = runner.run(
                failingTool(new QubesException(ErrorKind.NO_SUCH_VM, "no VM 'a\u0416'", null)), "--json", "a");

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        1,
                        "",
                        "{\"type\":\"error\",\"kind\":\"no-such-vm\",\"message\":\"no VM 'a\\u0416'\","
                                + "\"hint\":null,\"exit\":1}\n"));
    }

    @Test
    void withJsonAUsageErrorIsOneObjectToo() {
        Outcome outcome = runner.run(new ExampleTool(), "--json");

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        2,
                        "",
                        "{\"type\":\"error\",\"kind\":\"usage\",\"message\":\"operand missing, expected WORD ...\","
                                + "\"hint\":\"see 'qvm-example --help'\",\"exit\":2}\n"));
    }

    @Test
    void withJsonResultsAreJson() {
        assertThat(runner.run(new ExampleTool(), "--json", "a", "b").out()).isEqualTo("[\n  \"a\",\n  \"b\"\n]\n");
    }

    @Test
    void warningsAndNotesGoToStandardError() {
        Outcome outcome = runner.run(talkingTool(), "a");

        assertThat(outcome.err()).isEqualTo("qvm-example: warning: w\nqvm-example: n\n");
    }

    @Test
    void quietSilencesNotesOnly() {
        assertThat(runner.run(talkingTool(), "-q", "a").err()).isEqualTo("qvm-example: warning: w\n");
    }

    @Test
    void verboseAddsDetails() {
        assertThat(runner.run(talkingTool(), "--verbose", "a").err()).endsWith("qvm-example: d\n");
    }

    @Test
    void withJsonMessagesAreObjects() {
        assertThat(runner.run(talkingTool(), "--json", "a").err())
                .isEqualTo("{\"type\":\"warning\",\"message\":\"w\"}\n{\"type\":\"note\",\"message\":\"n\"}\n");
    }

    @Test
    void resultsBeforeAFailureAreNotLost() {
        Outcome outcome = runner.run(
                new ExampleTool(ctx -> {
                    ctx.out().print("half");
                    throw new IOException("rest");
                }),
                "a");

        assertThat(outcome).isEqualTo(new Outcome(1, "half", "qvm-example: rest\n"));
    }

    @Test
    void outputLostOnAFullDiskFailsTheRun() throws IOException {
        StandardOutput sink = new StandardOutput(Files.newOutputStream(Path.of("/dev/full")));
        PrintStream out = new PrintStream(new BufferedOutputStream(sink), false, StandardCharsets.UTF_8);
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        out.print("x");
        out.flush();
        int code = QvmMain.reportLostOutput(0, sink.failure(), List.of("qvm-ls"), new PrintStream(err));

        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("qvm-ls: standard output: No space left on device; make room there\n");
    }

    @Test
    void theEffectiveUserIsTheSecondNumber() throws IOException {
        assertThat(SystemHost.parseEffectiveUserId("Name:\tjava\nUid:\t1000\t0\t0\t0\nGid:\t5\t5\t5\t5\n"))
                .isZero();
    }

    private Outcome failing(Throwable failure) {
        return runner.run(failingTool(failure), "a");
    }

    private static ExampleTool failingTool(Throwable failure) {
        return new ExampleTool(ctx -> {
            if (failure instanceof IOException io) {
                throw io;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        });
    }

    private static ExampleTool talkingTool() {
        return new ExampleTool(ctx -> {
            ctx.warn("w");
            ctx.note("n");
            ctx.detail("d");
        });
    }
}
