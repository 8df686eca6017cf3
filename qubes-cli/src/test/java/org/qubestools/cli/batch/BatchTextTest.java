package org.qubestools.cli.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** The language of batches. */
final class BatchTextTest {
    private static BatchText read(String text) {
        return BatchText.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> words(String line) {
        BatchText text = read(line);
        assertThat(text.faults()).isEmpty();
        return text.lines().isEmpty() ? List.of() : text.lines().get(0).words();
    }

    private static void assertFault(String line, String message) {
        BatchText text = read("qvm-ls\n" + line + "\n");
        assertThat(text.lines()).containsExactly(new BatchLine(1, List.of("qvm-ls")));
        assertThat(text.faults()).hasSize(1);
        assertThat(text.faults().get(0).number()).isEqualTo(2);
        assertThat(text.faults().get(0).reason().kind()).isEqualTo(ErrorKind.USAGE);
        assertThat(text.faults().get(0).reason()).hasMessageContaining(message);
    }

    @Test
    void anArrayWithoutAnEndIsToldInPlainWords() {
        BatchText text = read("[\"qvm-prefs\"\n");
        assertThat(text.faults().get(0).reason())
                .hasMessage(
                        "the JSON text is wrong in line 1: Unexpected end-of-input: expected close marker for Array");
    }

    @Test
    void linesKeepTheirNumbers() {
        assertThat(read("\n# first\n  qvm-ls  \n\n\tqvm-prefs\twork # why\r\nqvm-check")
                        .lines())
                .containsExactly(
                        new BatchLine(3, List.of("qvm-ls")),
                        new BatchLine(5, List.of("qvm-prefs", "work")),
                        new BatchLine(6, List.of("qvm-check")));
    }

    @Test
    void nothingIsABatchToo() {
        assertThat(read("").lines()).isEmpty();
        assertThat(read("\n").lines()).isEmpty();
        assertThat(read("\ufeff# comment\n").lines()).isEmpty();
        assertThat(words("\ufeffqvm-ls")).containsExactly("qvm-ls");
    }

    /** Each of them means the same to a shell: {@link #aShellReadsTheSameWords} asks one. */
    private static final List<String> LINES = List.of(
            "qvm-ls",
            "a 'b c' d",
            "a '' \"\" b",
            "a b'c d'e\"f g\"h",
            "a \"it's\" 'say \"x\"'",
            "a it\\'s \\\"x\\\" b\\ c \\\\ \\$HOME",
            "a \"\\$HOME \\`x\\` \\\\ \\\" \\x\"",
            "a '$HOME `x` | & ; < > ( )'",
            "a b#c '#d' \\#e # f 'g",
            "a kernelopts 'nopat i8042.nokbd'",
            "a --property=netvm=none -l red",
            "a pcidevs \"['00:1a.0']\"",
            "a \u00e4\u20ac\ud83d\ude00",
            "a 'tab\tin' x\t y",
            "a !b ~c {d,e} f=g h*nothing-like-this");

    @Test
    void wordsAreAsInAShell() {
        assertThat(words("a b'c d'e\"f g\"h")).containsExactly("a", "bc def gh");
        assertThat(words("a '' \"\" b")).containsExactly("a", "", "", "b");
        assertThat(words("a \"\\$HOME \\`x\\` \\\\ \\\" \\x\"")).containsExactly("a", "$HOME `x` \\ \" \\x");
        assertThat(words("a b#c '#d' \\#e # f 'g")).containsExactly("a", "b#c", "#d", "#e");
    }

    @Test
    void aShellReadsTheSameWords() throws IOException, InterruptedException {
        for (String line : LINES) {
            Process shell = new ProcessBuilder("sh", "-s").start();
            try (var in = shell.getOutputStream()) {
                in.write(("show() { printf '%s\\0' \"$@\"; }\nshow " + line + "\n").getBytes(StandardCharsets.UTF_8));
            }
            String out;
            try (InputStream printed = shell.getInputStream()) {
                out = new String(printed.readAllBytes(), StandardCharsets.UTF_8);
            }
            assertThat(shell.waitFor()).isZero();
            assertThat(words(line))
                    .as(line)
                    .isEqualTo(Arrays.asList(out.split("\0", -1)).subList(0, count(out)));
        }
    }

    private static int count(String printed) {
        return (int) printed.chars().filter(c -> c == 0).count();
    }

    @Test
    void aLineCanBeAnArray() {
        assertThat(words(" [\"qvm-prefs\", \"-s\",\"work\", \"kernelopts\", \"a\\nb \\u00e4 $x\"] "))
                .containsExactly("qvm-prefs", "-s", "work", "kernelopts", "a\nb \u00e4 $x");
    }

    @Test
    void arraysOfOtherThingsAreRefused() {
        assertFault("[\"qvm-prefs\", 5]", "a JSON array of texts expected");
        assertFault("[\"qvm-prefs\", null]", "a JSON array of texts expected");
        assertFault("[\"qvm-prefs\", [\"x\"]]", "a JSON array of texts expected");
        assertFault("[]", "the name of a tool expected");
        assertFault("[\"\"]", "the name of a tool expected");
        assertFault("[\"qvm-ls\"", "JSON");
        assertFault("[\"qvm-ls\"] x", "JSON");
        assertFault("[\"qvm-ls\", \"a\\u0000b\"]", "NUL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qvm-ls $HOME",
                "qvm-ls \"$HOME\"",
                "qvm-ls `x`",
                "qvm-ls \"`x`\"",
                "qvm-ls | more",
                "qvm-ls & x",
                "qvm-ls; x",
                "qvm-ls >x",
                "qvm-ls <x",
                "(qvm-ls)"
            })
    void whatAShellWouldActOnIsRefused(String line) {
        assertFault(line, "means nothing here");
    }

    @Test
    void whatHasNoEndIsRefused() {
        assertFault("qvm-ls 'x", "a ' has no second one");
        assertFault("qvm-ls \"x", "a \" has no second one");
        assertFault("qvm-ls \"x\\", "a \" has no second one");
        assertFault("qvm-ls \\", "cannot go on in the next one");
        assertFault("'' x", "the name of a tool expected");
    }

    @Test
    void controlCharactersAreRefused() {
        assertFault("qvm-ls a\u0001b", "control character");
        assertFault("qvm-ls 'a\u007fb'", "control character");
        assertFault("qvm-ls a\rb", "control character");
        assertFault("qvm-ls a\0b", "control character");
    }

    @Test
    void allFaultsAreFound() {
        BatchText text = read("qvm-ls 'x\nqvm-ls\nqvm-ls $x\n");

        assertThat(text.faults()).extracting(BatchFault::number).containsExactly(1, 3);
        assertThat(text.lines()).extracting(BatchLine::number).containsExactly(2);
    }

    @Test
    void otherEncodingsAreRefused() {
        BatchText text = BatchText.read(new byte[] {'q', (byte) 0xe4, '\n', 'q', '\n'});

        assertThat(text.faults()).extracting(BatchFault::number).containsExactly(1);
        assertThat(text.faults().get(0).reason()).hasMessageContaining("no text in UTF-8");
        assertThat(text.lines()).containsExactly(new BatchLine(2, List.of("q")));
    }

    @Test
    void lengthIsLimited() {
        assertThat(words("a ".repeat(BatchText.MAX_LINE / 2))).hasSize(BatchText.MAX_LINE / 2);
        assertFault("a ".repeat(BatchText.MAX_LINE / 2) + "a", "longer than 131072 bytes");
        assertThatThrownBy(() -> BatchText.read(new byte[BatchText.MAX_SIZE + 1]))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("longer than 8388608 bytes");
    }
}
