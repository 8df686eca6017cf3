package org.qubestools.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.qubestools.core.io.Progress;

class ProgressOutputTest {
    private static final long MIB = 1 << 20;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Progress progress(boolean json, boolean terminal, boolean quiet) {
        return ProgressOutput.of(new PrintStream(err, false, StandardCharsets.UTF_8), json, terminal, quiet);
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
