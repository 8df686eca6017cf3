package org.qubestools.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.frame.Messages;
import org.qubestools.core.io.Progress;

class ProgressOutputTest {
    private static final long MIB = 1 << 20;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final StatusLine line = new StatusLine(new PrintStream(err, false, StandardCharsets.UTF_8));

    private Progress progress(boolean json, boolean terminal, boolean quiet) {
        return ProgressOutput.of(line, json, terminal, quiet);
    }

    private String text() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void nobodyWatchesWithoutTerminalOrWhenQuiet() {
        assertThat(progress(false, false, false)).isSameAs(Progress.NONE);
        assertThat(progress(false, true, true)).isSameAs(Progress.NONE);
        assertThat(progress(true, false, true)).isSameAs(Progress.NONE);
    }

    @Test
    void aTerminalHasOneLineThatIsDrawnOver() {
        Progress progress = progress(false, true, false);
        progress.start(100 * MIB);
        progress.item("work");
        progress.advance(50 * MIB);
        progress.item("vault");

        assertThat(text())
                .startsWith("\rwork: 0; all: 0 %")
                .contains("\rvault: 0; all: 50 %")
                .doesNotContain("\n");
        for (String line : text().substring(1).split("\r", -1)) {
            assertThat(line).hasSize(78);
        }
    }

    @Test
    void theEndWipesTheLine() {
        Progress progress = progress(false, true, false);
        progress.start(1);
        progress.item("x".repeat(200));
        progress.done();

        assertThat(text()).endsWith("\r" + " ".repeat(78) + "\r");
    }

    @Test
    void aMessageGoesAboveTheLine() {
        Progress progress = progress(false, true, false);
        progress.start(100 * MIB);
        line.above("before\n");
        progress.item("work");
        err.reset();
        line.above("qvm-backup: warning: a file vanished\n");
        String between = text();
        progress.done();
        err.reset();
        line.above("after\n");

        String wiped = "\r" + " ".repeat(78) + "\r";
        assertThat(between).startsWith(wiped + "qvm-backup: warning: a file vanished\n\rwork: 0; all: 0 %");
        assertThat(between.substring(between.lastIndexOf('\r') + 1)).hasSize(78);
        assertThat(text()).isEqualTo("after\n");
    }

    @Test
    void onATerminalEveryWarningHasALineOfItsOwn() {
        Progress progress = progress(false, true, false);
        Messages messages = new Messages("qvm-backup", false, false, false, line.terminal(), line);
        progress.start(3);
        for (String vm : List.of("work", "personal", "vault")) {
            progress.item(vm);
            messages.warn("odd file of " + vm);
            progress.advance(1);
        }
        messages.note("done");
        progress.done();

        assertThat(shown())
                .containsExactly(
                        "qvm-backup: warning: odd file of work",
                        "qvm-backup: warning: odd file of personal",
                        "qvm-backup: warning: odd file of vault",
                        "qvm-backup: done");
    }

    /** The lines that stand on a terminal in the end. */
    private List<String> shown() {
        List<String> lines = new ArrayList<>();
        StringBuilder last = new StringBuilder();
        int column = 0;
        for (char c : text().toCharArray()) {
            if (c == '\n') {
                lines.add(last.toString().stripTrailing());
                last.setLength(0);
            } else if (c != '\r') {
                last.replace(column, Math.min(column + 1, last.length()), String.valueOf(c));
            }
            column = c == '\n' || c == '\r' ? 0 : column + 1;
        }
        assertThat(last.toString()).isBlank();
        return lines;
    }

    @Test
    void percentNeverPassHundredAndAnEmptyBackupIsDone() {
        Progress progress = progress(false, true, false);
        progress.start(10);
        progress.advance(20);
        progress.item("a");
        assertThat(text()).contains("all: 100 %");
        Progress empty = progress(false, true, false);
        empty.start(0);
        empty.item("b");
        assertThat(text()).contains("b: 0; all: 100 %");
    }

    @Test
    void scriptsGetObjectsOfOneLine() {
        Progress progress = progress(true, false, false);
        progress.start(100);
        progress.item("work \u001b\"");
        progress.advance(40);
        progress.done();

        assertThat(text().lines())
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(line -> line.startsWith("{\"type\":\"progress\",\"vm\":\"work "))
                .last()
                .asString()
                .contains("\"vm_bytes\":40,\"bytes\":40,\"total\":100,\"rate\":");
        assertThat(text()).doesNotContain("\u001b");
    }

    @Test
    void atMostTenLinesASecond() {
        Progress progress = progress(true, false, false);
        long begin = System.nanoTime();
        progress.start(1_000_000);
        for (int i = 0; i < 1_000_000; i++) {
            progress.advance(1);
        }
        long tenths = (System.nanoTime() - begin) / 100_000_000;

        assertThat(text().lines().count()).isLessThanOrEqualTo(tenths + 1);
    }
}
