package org.qubestools.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.fixtures.Fixtures;

final class ConformanceTest {
    @TempDir
    private Path directory;

    private void assertHolds(String format) throws IOException {
        Fixtures.extract(format, directory);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        boolean good = Conformance.run(format, directory, new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(good).as(out.toString(StandardCharsets.UTF_8)).isTrue();
    }

    @Test
    void everyRecordedCaseHolds() throws IOException {
        assertHolds(Conformance.STORES);
    }

    @Test
    void everyBackupIsRead() throws IOException {
        assertHolds(Conformance.BACKUPS);
    }

    @Test
    void everyConversationOfQubesDbIsHeld() throws IOException {
        assertHolds(Conformance.QUBESDB);
    }

    @Test
    void everyRecordingOfTheRunningSystemHolds() throws IOException {
        assertHolds(Conformance.RUNTIME);
    }

    @Test
    void aWrongExpectationFails() throws IOException {
        Fixtures.extract("qubes-xml", directory);
        Path expected = directory.resolve("expected/r3.2-small.json");
        Files.writeString(expected, Files.readString(expected).replace("\"memory\": 400", "\"memory\": 401"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        boolean good =
                Conformance.run(Conformance.STORES, directory, new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(good).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("FAILED expected/r3.2-small VM work: memory is 400");
    }

    @Test
    void aWrongAnswerOfADriverFails() throws IOException {
        Fixtures.extract(Conformance.RUNTIME, directory);
        Path drivers = directory.resolve("libvirt-drivers.json");
        String text = Files.readString(drivers);
        Files.writeString(
                drivers,
                text.replaceFirst("(\"op\": ?\"resume when not active\"[^}]*\"qemu\": ?\"error )55", "$138")
                        .replaceFirst("(\"op\": ?\"look up missing name or uuid\"[^}]*\"test\": ?\"error )42", "$138"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        boolean good =
                Conformance.run(Conformance.RUNTIME, directory, new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(good).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("(resume when not active): qemu: fails with FAILED: cannot resume domain 'alone'")
                .contains("(look up missing name or uuid): test: the driver answers <error 42>, not <error 38>")
                .contains(" 2 failed, 0 skipped");
    }

    @Test
    void nothingToRunIsNoSuccess() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        boolean good =
                Conformance.run(Conformance.STORES, directory, new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(good).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("0 passed, 0 failed, 0 skipped\n");
    }

    @Test
    void aBackupWithoutListIsNamed() throws IOException {
        Files.createFile(directory.resolve("old.backup"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        boolean good =
                Conformance.run(Conformance.BACKUPS, directory, new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(good).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("skipped, not possible here: no old.json (1)\n0 passed, 0 failed, 1 skipped\n");
    }
}
