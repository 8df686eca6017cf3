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
import org.qubestools.fixtures.Fixtures;

/** The runner finds what differs in a conversation of QubesDB: one recording each, with one wrong expectation. */
final class DbRunnerTest {
    @TempDir
    private Path directory;

    /** Copies one recording, changed. */
    private void recording(String name, String before, String after) throws IOException {
        String json = new String(Fixtures.bytes("qubesdb/" + name), StandardCharsets.UTF_8);
        assertThat(json).contains(before);
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json.replace(before, after));
    }

    private List<String> run() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Conformance.run(Conformance.QUBESDB, directory, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aWrongAnswerIsNamedOnBothSides() throws IOException {
        recording("daemon/read-existing.json", "\"data\": \"417070564d\"", "\"data\": \"417070564e\"");

        List<String> lines = run();

        assertThat(lines).hasSize(5);
        assertThat(lines.get(0))
                .isEqualTo("FAILED daemon/read-existing: step 3, a: READ_REPLY '/qubes-vm-type' [417070564d] instead of"
                        + " READ_REPLY '/qubes-vm-type' [417070564e]");
        assertThat(lines.get(1)).startsWith("FAILED daemon/read-existing, connection a to the client, cut whole: ");
        assertThat(lines.get(2)).contains("cut one byte: ");
        assertThat(lines.get(3)).contains("cut random with seed ");
        assertThat(lines.get(4)).isEqualTo("0 passed, 4 failed, 0 skipped");
    }

    @Test
    void anEventThatDoesNotComeIsNamed() throws IOException {
        recording(
                "daemon/watch-own-write.json",
                "\"path\": \"/k\", \"data\": \"\", \"raw\": \"0d",
                "\"path\": \"/z\"," + " \"data\": \"\", \"raw\": \"0d");

        assertThat(run()).element(0).asString().contains("EVENT '/k' [] instead of EVENT '/z' []");
        assertThat(run()).element(1).asString().contains("event of /k instead of /z");
    }

    @Test
    void aQuirkIsNotNeeded() throws IOException {
        recording("daemon/payload-on-read.json", "\"quirk\"", "\"quirk\"");

        assertThat(run()).element(0).asString().startsWith("7 passed, 0 failed");
    }

    @Test
    void otherBehaviourWithoutQuirkFails() throws IOException {
        recording("daemon/payload-on-read.json", "\"quirk\"", "\"no-quirk\"");

        assertThat(run().get(0)).contains("ERROR '/k' [] instead of the end");
    }

    @Test
    void aWrongCodeOfAToolIsNamed() throws IOException {
        recording("tools/read-ok.json", "\"exit\": 0", "\"exit\": 3");

        assertThat(run().get(0)).isEqualTo("FAILED tools/read-ok: left with 0, not 3 ()");
    }

    @Test
    void aByteOfOutputThatDiffersIsNamed() throws IOException {
        recording("tools/read-wait.json", "\"stdout\": \"63616d650a\"", "\"stdout\": \"63616d65\"");

        assertThat(run().get(0)).isEqualTo("FAILED tools/read-wait: printed 63616d650a, not 63616d65");
    }

    @Test
    void aRequestOfAToolThatDiffersIsNamed() throws IOException {
        recording("tools/rm-key.json", "\"path\": \"/w/one\", \"data\"", "\"path\": \"/w/two\", \"data\"");

        assertThat(run().get(0)).contains("sent [REMOVE '/w/one' []] instead of [REMOVE '/w/two' []]");
    }

    @Test
    void aMessageThatIsMissingIsNamed() throws IOException {
        recording("tools/read-ok.json", "\"stderr_kind\": \"none\"", "\"stderr_kind\": \"message\"");

        assertThat(run().get(0)).contains("said <>, which is not: message");
    }
}
