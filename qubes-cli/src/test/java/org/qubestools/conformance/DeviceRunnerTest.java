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

/** The runner finds what differs in a recording of devices: one file each, with wrong expectations. */
final class DeviceRunnerTest {
    @TempDir
    private Path directory;

    /** Copies one file, changed where {@code before} is first. */
    private void recording(String name, String before, String after) throws IOException {
        String text = new String(Fixtures.bytes("devices/" + name), StandardCharsets.UTF_8);
        int at = text.indexOf(before);
        assertThat(at).isNotNegative();
        Files.writeString(
                directory.resolve(name), text.substring(0, at) + after + text.substring(at + before.length()));
    }

    private List<String> run() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Conformance.run(Conformance.DEVICES, directory, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aWrongNumberIsNamed() throws IOException {
        recording("names.json", "\"staticNumber\": \"8:1\"", "\"staticNumber\": \"8:2\"");

        assertThat(run()).first().isEqualTo("FAILED names-002: staticNumber is 8:1, not 8:2");
    }

    @Test
    void anErrorThatIsNotExpectedIsNamed() throws IOException {
        recording("vdev.json", "\"input\": \"xvda\"", "\"input\": \"sdq\"");

        assertThat(run()).first().isEqualTo("FAILED vdev-001: vdev is null, not 51712; failed with {error=NO_VDEV}");
    }

    @Test
    void aDeviceThatIsListedThoughItShouldNotBeIsNamed() throws IOException {
        recording("sysfs-main.json", "\"source\": \"/dev/vda5\"", "\"source\": \"/dev/vda7\"");

        assertThat(run()).hasSize(5).first().asString().contains("sysfs-main-001", "vda5=MOUNTED", "vda7: ");
    }

    @Test
    void aWrongRowOfATableIsNamed() throws IOException {
        recording("sd-numbers.csv", "sda,8,0", "sda,8,1");

        assertThat(run()).first().isEqualTo("FAILED sd-numbers.csv sda: staticNumber is 8:0, not 8:1");
    }

    @Test
    void aGroupThatNobodyRunsFails() throws IOException {
        recording("pci.json", "\"pci\"", "\"other\"");

        assertThat(run()).first().asString().startsWith("FAILED pci: nobody runs the group 'other'");
    }
}
