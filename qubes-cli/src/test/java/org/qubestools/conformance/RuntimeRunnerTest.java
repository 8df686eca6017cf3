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

/** The runner finds what differs in a recording of the running system: one file each, with wrong expectations. */
final class RuntimeRunnerTest {
    @TempDir
    private Path directory;

    /** Copies one group, changed wherever {@code before} is. */
    private void recording(String name, String before, String after) throws IOException {
        String json = new String(Fixtures.bytes("runtime/" + name), StandardCharsets.UTF_8);
        assertThat(json).contains(before);
        Files.writeString(directory.resolve(name), json.replace(before, after));
    }

    private List<String> run() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Conformance.run(Conformance.RUNTIME, directory, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aFactThatDoesNotHoldIsNamed() throws IOException {
        recording("domain-xml.json", "\"3600\"", "\"3601\"");

        assertThat(run())
                .containsExactly(
                        "FAILED domain-xml-019 (hvm timezone number): /domain/clock/@adjustment is 3600, not 3601",
                        "13 passed, 1 failed, 0 skipped");
    }

    @Test
    void aNodeThatIsNotThereIsNamed() throws IOException {
        recording("domain-xml.json", "/domain/features/viridian", "/domain/features/hyperv");

        assertThat(run()).first().isEqualTo("FAILED domain-xml-015 (hvm): /domain/features/hyperv is null, not ");
    }

    @Test
    void aWrongAddressIsNamedAsFormulaAndAsAVm() throws IOException {
        recording("addresses.json", "10.138.253.101", "10.138.253.102");

        assertThat(run())
                .containsExactly(
                        "FAILED addresses-041: dispIp is 10.138.253.101, not 10.138.253.102;"
                                + " ip of a DisposableVM is 10.138.253.101, not 10.138.253.102",
                        "22 passed, 1 failed, 0 skipped");
    }

    @Test
    void aWrongHardwareAddressIsNamed() throws IOException {
        recording("mac.json", "00:16:3E:5E:6C:FE", "00:16:3E:5E:6C:FF");

        assertThat(run())
                .containsExactly(
                        "FAILED mac case 9: mac is 00:16:3E:5E:6C:FE, not 00:16:3E:5E:6C:FF",
                        "8 passed, 1 failed, 0 skipped");
    }

    @Test
    void aWrongWordIsNamed() throws IOException {
        recording("power-state.json", "\"Dying\"", "\"Dead\"");

        assertThat(run())
                .containsExactly(
                        "FAILED power-state case 6: word is Dying, not Dead", "10 passed, 1 failed, 0 skipped");
    }

    @Test
    void aGroupThatNobodyRunsFails() throws IOException {
        Files.writeString(directory.resolve("x.json"), "{\"group\": \"weather\", \"cases\": []}");

        assertThat(run())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("FAILED x: nobody runs the group 'weather'; known are [");
    }

    @Test
    void aFileThatIsNoRecordingFailsAlone() throws IOException {
        recording("mac.json", "00:16:3E", "00:16:3E");
        Files.writeString(directory.resolve("a.json"), "{");

        List<String> lines = run();

        assertThat(lines).first().asString().startsWith("FAILED a: cannot be run: ");
        assertThat(lines).last().isEqualTo("9 passed, 1 failed, 0 skipped");
    }
}
